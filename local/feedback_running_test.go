package main

import "testing"

// shipped is the folder of the project that ships, with the feedback application.
const shipped = "."

// startFeedback runs local mode of the shipped project for the test, with an environment of the test's own.
func startFeedback(t testing.TB, environment map[string]string, args ...string) *running {
	t.Helper()
	return startCommand(t, command{project: shipped, getenv: func(name string) string { return environment[name] }}, args...)
}

type ticket struct {
	FeedbackID    string `json:"feedbackId"`
	Authenticated bool   `json:"authenticated"`
}

func (r *running) tickets() (all []ticket) {
	r.control("GET", "/saas/tickets", "").into(r.t, &all)
	return all
}
