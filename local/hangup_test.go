package main

import (
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
)

// A viewer who breaks off in the middle of a body is the viewer's error and no origin's.
func TestViewer_hangsUp(t *testing.T) {
	r := startLocal(t, nil)
	viewer := strings.TrimPrefix(r.viewer, "http://")
	for _, whole := range []bool{true, false} { // the connection closed both ways, and the sending half alone
		connection, err := net.Dial("tcp", viewer)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(connection, "POST /api/feedback HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"message\":", viewer)
		if whole {
			err = connection.Close()
		} else {
			err = connection.(*net.TCPConn).CloseWrite()
		}
		if err != nil {
			t.Fatal(err)
		}
		var requests []struct {
			Status  int
			Origins []struct{ Outcome string }
		}
		for len(requests) == 0 {
			r.control("GET", "/requests?limit=1", "").into(t, &requests)
			runtime.Gosched()
		}
		got := requests[0]
		if got.Status != 400 || len(got.Origins) > 1 || len(got.Origins) == 1 && got.Origins[0].Outcome != "the viewer left" {
			t.Errorf("both ways %t: got %+v", whole, got)
		}
		if !whole {
			_ = connection.Close()
		}
		r.control("POST", "/reset", "")
	}
}

// After a refused body the connection ends, so that the rest of the body is not taken for a request.
func TestViewer_bodyTooLarge(t *testing.T) {
	r := startLocal(t, nil)
	viewer := strings.TrimPrefix(r.viewer, "http://")
	connection, err := net.Dial("tcp", viewer)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		fmt.Fprintf(connection, "POST /api/feedback HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: 30000000\r\n\r\n", viewer)
		_, _ = io.CopyN(connection, zeros{}, 30_000_000) // fails once the connection is closed
	}()
	answer, _ := io.ReadAll(connection) // it ends
	<-sent
	if !strings.HasPrefix(string(answer), "HTTP/1.1 413 ") || !strings.Contains(string(answer), "\r\nConnection: close\r\n") {
		t.Errorf("got %.300s", answer)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
