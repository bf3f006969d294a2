package apigateway

import (
	"fmt"
	"time"

	"golang.org/x/time/rate"

	"github.com/onefront/onefront/graph"
)

// The account's quota per region (F6.19).
const (
	accountRate  = 10_000
	accountBurst = 5_000
)

// bucket is a token bucket that lives in simulated time. nil lets everything through.
type bucket struct{ limiter *rate.Limiter }

// newBucket makes a bucket of requests per second and burst, or nil if neither is set. If only one is set the other
// is 0, which blocks everything (F6.20, LIKELY).
func newBucket(burst *int, perSecond *float64) *bucket {
	if burst == nil && perSecond == nil {
		return nil
	}
	var b int
	var r float64
	if burst != nil {
		b = *burst
	}
	if perSecond != nil {
		r = *perSecond
	}
	if b == 0 || r == 0 {
		return &bucket{rate.NewLimiter(0, 0)}
	}
	return &bucket{rate.NewLimiter(rate.Limit(r), b)}
}

func (b *bucket) allow(now time.Time) bool { return b == nil || b.limiter.AllowN(now, 1) }

// setThrottles gives a stage its buckets: one for every route with settings of its own, and one that the rest share
// (APIGW DG http-api-throttling; that the rest share it, and do not have one each, is a guess).
func (s *stage) setThrottles(r *graph.Taken, in *stageInputs) {
	if d := in.DefaultRouteSettings; d != nil {
		s.throttle = newBucket(d.BurstLimit, d.RateLimit)
	}
	s.routeThrottles = map[string]*bucket{}
	for i, settings := range in.RouteSettings {
		if s.api.route(settings.RouteKey) == nil {
			r.Refuse(fmt.Sprintf("routeSettings[%d].routeKey", i), settings.RouteKey,
				"no such route: CreateStage refuses settings for a route that does not exist (F14.10)")
			continue
		}
		if b := newBucket(settings.BurstLimit, settings.RateLimit); b != nil {
			s.routeThrottles[settings.RouteKey] = b
		}
	}
}

// allow takes a token for a route.
func (s *stage) allow(routeKey string, now time.Time) bool {
	if b := s.routeThrottles[routeKey]; b != nil {
		return b.allow(now)
	}
	return s.throttle.allow(now)
}
