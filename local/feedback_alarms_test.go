package main

import (
	"fmt"
	"testing"
	"time"
)

// Every alarm that the feedback application adds rings in its case and stays quiet in the other.
func TestFeedback_alarmsRingAndStayQuiet(t *testing.T) {
	playAlarms(t, shipped, "onefront-prod-", 9, map[string]alarmCase{
		"errors-redelivery": {
			func(w *alarmWorld) { w.minutes(3, func() { w.invoke("redelivery", 1, 1, 0, time.Millisecond) }) },
			func(w *alarmWorld) {
				w.minutes(2, func() { w.invoke("redelivery", 1, 1, 0, time.Millisecond) })
				w.minutes(6, func() {})
			},
		},
		"throttled-redelivery": {
			func(w *alarmWorld) { w.minutes(3, func() { w.invoke("redelivery", 1, 0, 1, time.Millisecond) }) },
			func(w *alarmWorld) {
				w.minutes(2, func() { w.invoke("redelivery", 1, 0, 1, time.Millisecond) })
				w.minutes(6, func() {})
			},
		},
		"duration-redelivery": {
			func(w *alarmWorld) { w.minutes(5, func() { w.invoke("redelivery", 1000, 0, 0, 9*time.Second) }) },
			func(w *alarmWorld) { w.minutes(8, func() { w.invoke("redelivery", 100, 0, 0, 9*time.Second) }) },
		},
		"refused": {func(w *alarmWorld) { w.minutes(1, func() { w.outcome("refused", 1) }) }, func(w *alarmWorld) { w.minutes(5, func() { w.outcome("delivered", 50) }) }},
		"denied":  {func(w *alarmWorld) { w.minutes(1, func() { w.outcome("denied", 1) }) }, func(w *alarmWorld) { w.minutes(5, func() { w.outcome("queued", 1) }) }},
		"lost":    {func(w *alarmWorld) { w.minutes(1, func() { w.outcome("lost", 1) }) }, func(w *alarmWorld) { w.minutes(5, func() { w.outcome("queued", 1) }) }},
		"queued": {
			func(w *alarmWorld) { w.minutes(5, func() { w.outcome("queued", 10) }) },
			func(w *alarmWorld) {
				w.minutes(6, func() { w.outcome("queued", 9) })
				w.minutes(6, func() { w.outcome("queued", 2); w.outcome("delivered", 8) })
			},
		},
		"queue-age": {
			func(w *alarmWorld) { w.waiting("feedback", 1, 901*time.Second); w.minutes(5, func() {}) },
			func(w *alarmWorld) { w.waiting("feedback", 500, 900*time.Second); w.minutes(8, func() {}) },
		},
		"dead-letter": {
			func(w *alarmWorld) { w.waiting("dead-letters", 1, time.Minute); w.minutes(1, func() {}) },
			func(w *alarmWorld) { w.waiting("feedback", 500, time.Minute); w.minutes(5, func() {}) },
		},
	})
}

func (w *alarmWorld) outcome(name string, n int) {
	for range n {
		w.Line("eu-west-1", fmt.Sprintf(`{"stack":"prod",%q:1,"_aws":{"CloudWatchMetrics":[{"Namespace":"Onefront","Dimensions":[["stack"]],"Metrics":[{"Name":%q,"Unit":"Count"}]}]}}`, name, name))
	}
}
