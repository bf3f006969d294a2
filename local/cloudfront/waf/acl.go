package waf

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// ACL is one web ACL. It is safe for concurrent use.
type ACL struct {
	// Managed are the managed rule groups that are not imitated, such as "AWSManagedRulesCommonRuleSet (count)".
	Managed []string

	rules []rule // by priority
}

// rule is one rate-based rule.
type rule struct {
	name   string
	limit  int
	window time.Duration
	// except are methods that do not count; empty: all count.
	except []string
	answer Answer
	counts *counts
}

// Answer is what a refused request gets.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// slice is how finely time is counted: what is older than the window goes away in steps of it.
const slice = 10 * time.Second

// counts are requests by address and slice of time.
type counts struct {
	mu        sync.Mutex
	addresses map[string]map[int64]int
}

// Refuse counts a request at a time and returns the answer of the first rule that refuses it, or nil. A request that is
// refused counts too, so whoever goes on stays out.
func (a *ACL) Refuse(address, method string, now time.Time) *Answer {
	if a == nil {
		return nil
	}
	for i := range a.rules {
		r := &a.rules[i]
		if !slices.Contains(r.except, method) && r.counts.add(address, now, r.window) > r.limit {
			return &r.answer
		}
	}
	return nil
}

// Reset forgets all requests.
func (a *ACL) Reset() {
	if a == nil {
		return
	}
	for _, r := range a.rules {
		r.counts.mu.Lock()
		clear(r.counts.addresses)
		r.counts.mu.Unlock()
	}
}

// add counts a request and returns how many an address sent within the window.
func (c *counts) add(address string, now time.Time, window time.Duration) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	current := now.UnixNano() / int64(slice)
	oldest := current - int64(window/slice) + 1
	slices := c.addresses[address]
	if slices == nil {
		c.forget(oldest)
		slices = map[int64]int{}
		c.addresses[address] = slices
	}
	slices[current]++
	total := 0
	for at, n := range slices {
		if at < oldest {
			delete(slices, at)
			continue
		}
		total += n
	}
	return total
}

// forget drops the addresses that have sent nothing within the window.
func (c *counts) forget(oldest int64) {
	for address, slices := range c.addresses {
		for at := range slices {
			if at < oldest {
				delete(slices, at)
			}
		}
		if len(slices) == 0 {
			delete(c.addresses, address)
		}
	}
}

// String names what is served and what is not.
func (a *ACL) String() string {
	names := make([]string, len(a.rules))
	for i, r := range a.rules {
		names[i] = r.name
	}
	return strings.Join(append(names, a.Managed...), ", ")
}
