package admin

import (
	"fmt"
	"testing"
	"time"
)

// What the log costs a request, and what a dashboard costs four times a second with a thousand requests a second.
func BenchmarkRequestLog(b *testing.B) {
	steps := make([]Step, 8)
	at := time.Unix(1_800_000_000, 0)
	request := func(i int) Request {
		return Request{
			ID: fmt.Sprint(i), Edge: "FRA", Path: "/api/topics", Behavior: "/api/topics*", Cache: "Miss", Region: "eu-west-1", Status: 200,
			Time: at.Add(time.Duration(i) * time.Millisecond), MS: float64(i % 100), Origins: []Attempt{{Region: "eu-west-1"}}, Steps: func() []Step { return steps },
		}
	}
	b.Run("Add", func(b *testing.B) {
		l := NewRequestLog()
		for i := 0; b.Loop(); i++ {
			l.Add(request(i))
		}
	})
	b.Run("News", func(b *testing.B) {
		l := NewRequestLog()
		for i := range 2 * requestsKept {
			l.Add(request(i))
		}
		for b.Loop() {
			p := l.now()
			p.sequence -= 250
			p.version -= 250
			if requests, _ := l.news(&p, requestsTold); len(requests) != requestsTold {
				b.Fatal(len(requests))
			}
		}
	})
}
