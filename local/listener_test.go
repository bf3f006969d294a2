package main

import (
	"bufio"
	"io"
	"log/slog"
	"net"
	"net/http"
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
