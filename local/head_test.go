package main

import (
	"net/http"
	"strconv"
	"testing"
)

// HEAD says what GET would have said, its length included, all the way from the functions to the viewer; and a
// parameter of somebody else's, however it is written, changes nothing.
func TestHead_saysWhatGetWould(t *testing.T) {
	r := startNotes(t, "-quiet")
	for target, status := range map[string]int{
		"/api/topics?locale=de": http.StatusOK, "/api/topics?locale=fr&utm=100%": http.StatusOK, "/api/topics?a;b": http.StatusOK,
		"/api/nothing": http.StatusNotFound, "/api/notes": http.StatusMethodNotAllowed,
		"/api/health": http.StatusOK,
	} {
		head := r.ask("HEAD", r.viewer+target, "")
		get := r.ask("GET", r.viewer+target, "")
		if head.status != status || get.status != status || len(head.body) > 0 || len(get.body) == 0 {
			t.Errorf("%s: HEAD %d, GET %d %s, want %d", target, head.status, get.status, get.body, status)
		}
		if got, want := head.header.Get("Content-Length"), strconv.Itoa(len(get.body)); got != want {
			t.Errorf("%s: HEAD says %q bytes, GET has %s", target, got, want)
		}
	}
}
