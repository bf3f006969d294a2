package cost

import (
	"math"
	"strings"
	"testing"
	"time"
)

func usd(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 0.0005 {
		t.Errorf("%s: $%.4f, want $%.4f", what, got, want)
	}
}

// Sums that were done by hand.
func TestIdle(t *testing.T) {
	if lines := (&Stack{}).Idle(); len(lines) > 0 {
		t.Errorf("nothing costs %v", lines)
	}
	// 2 x (0.50 + 1.00), and 2 x 1.3149 million x (1.00 + 0.20 + 0.00333 + 0.225).
	slow := (&Stack{Checks: 2, Interval: 30 * time.Second}).Idle()
	usd(t, "two checks at 30 s", Sum(slow), 3.00+3.7561)
	fast := (&Stack{Checks: 2, Interval: 10 * time.Second}).Idle()
	usd(t, "two checks at 10 s", Sum(fast), 5.00+3*3.7561)
	usd(t, "a web ACL with three rules", Sum((&Stack{WebACLRules: 3}).Idle()), 8)
	// 40 x 0.10 + 3 x 0.50 + 3.00 for a dashboard + 8 x 0.30.
	usd(t, "alarms", Sum((&Stack{AlarmMetrics: 40, Composites: 3, AdditionalMetrics: 8}).Idle()), 10.90)
	// 2.50, and 15 x 3/8 / 30 s x 2,629,800 s = 0.4931 million x (1.00 + 1.42833).
	usd(t, "a check from outside", Sum((&Stack{OutsideIn: true}).Idle()), 2.50+1.1974)
}

func TestRequests(t *testing.T) {
	plain := &Stack{MemoryMiB: 256}
	// 1.00 + 16.2 x 0.085 + 0.038 x (1.00 + 0.20 + 0.05 x 0.25 x 13.3334 + 0.7 x 0.50) + 0.04 x 0.40
	usd(t, "a million", Sum(plain.Requests()), 1+1.377+0.038*1.71667+0.016)
	edge := &Stack{MemoryMiB: 256, SiteFunctions: 2, APIFunctions: 1, SiteReads: 1, APIReads: 1}
	usd(t, "edge functions and what they read", Sum(edge.Requests())-Sum(plain.Requests()), 0.18+0.03)
	kept := &Stack{MemoryMiB: 256, LogDays: 60, WebACLRules: 1}
	usd(t, "two months of logs, and a web ACL", Sum(kept.Requests())-Sum(plain.Requests()), 0.088*2*0.023+0.60)
}

func TestPrices_haveAPage(t *testing.T) {
	for _, p := range Prices() {
		if p.USD <= 0 || !strings.HasPrefix(p.Page, "https://aws.amazon.com/") || p.Per == "" {
			t.Errorf("%+v", p)
		}
	}
	if _, err := time.Parse(time.DateOnly, Day); err != nil {
		t.Error(err)
	}
}
