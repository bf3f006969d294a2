package main

import (
	"bufio"
	"bytes"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
)

// OPTIONS * reaches the handler, so that it is the edge that answers.
func TestListeners_optionsOfTheServer(t *testing.T) {
	l := newListeners(slog.New(slog.DiscardHandler))
	listener, err := l.open(t.Context(), "test", freePort)
	if err != nil {
		t.Fatal(err)
	}
	l.serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, r.Method+" "+r.RequestURI)
	}))
	defer l.stop()
	conn, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusTeapot || string(body) != "OPTIONS *" {
		t.Errorf("got %d %q, %v", res.StatusCode, body, err)
	}
}

// Who listens beyond this machine is told what that shows.
func TestWarnExposed(t *testing.T) {
	for address, want := range map[string]int{"127.0.0.1:0": 0, "[::1]:0": 0, "0.0.0.0:0": 2} {
		var log bytes.Buffer
		l := newListeners(slog.New(slog.DiscardHandler))
		listener, err := l.open(t.Context(), "test", address)
		if err != nil {
			if address == "[::1]:0" {
				continue // no IPv6 here
			}
			t.Fatal(err)
		}
		warnExposed(slog.New(slog.NewTextHandler(&log, nil)), listener, listener)
		l.stop()
		if got := strings.Count(log.String(), "others in the network reach this listener"); got != want {
			t.Errorf("%s: got %d warnings, want %d: %s", address, got, want, log.String())
		}
		if want > 0 && (!strings.Contains(log.String(), "visitors' words") || !strings.Contains(log.String(), "-admin")) {
			t.Errorf("the warning does not say what is exposed: %s", log.String())
		}
	}
}
