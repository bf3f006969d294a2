package secret_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onefront/onefront/handler/secret"
)

const canary = "canary-5e1f"

// TestSecret_neverPrinted: no verb, encoder or logger gets at the text, not even through a
// struct that holds the secret unexported.
func TestSecret_neverPrinted(t *testing.T) {
	t.Parallel()
	s := secret.New(canary)
	holder := struct {
		Shown  secret.Secret
		hidden secret.Secret
		deep   *struct{ s secret.Secret }
	}{s, s, &struct{ s secret.Secret }{s}}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T", "%10.3s", "%!"} {
		fmt.Fprintf(&out, verb+"\n", s)
		fmt.Fprintf(&out, verb+"\n", &s)
		fmt.Fprintf(&out, verb+"\n", holder)
		fmt.Fprintf(&out, verb+"\n", []secret.Secret{s})
		fmt.Fprintf(&out, verb+"\n", map[string]secret.Secret{"a": s})
		fmt.Fprintf(&out, verb+"\n", fmt.Errorf("using %v: %s", s, s))
	}
	for _, v := range []any{s, &s, holder, map[string]any{"a": s}} {
		raw, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		out.Write(raw)
	}
	for _, h := range []slog.Handler{slog.NewJSONHandler(&out, nil), slog.NewTextHandler(&out, nil)} {
		slog.New(h).Info("x", "key", s, "pointer", &s, "holder", holder, slog.Group("g", "key", s))
	}
	out.WriteString(s.String() + s.GoString())
	for _, form := range []string{canary, fmt.Sprintf("%x", canary), fmt.Sprintf("%X", canary), fmt.Sprint([]byte(canary))} {
		if strings.Contains(out.String(), form) {
			t.Errorf("printed as %s:\n%s", form, out.String())
		}
	}
	if !strings.Contains(out.String(), secret.Redacted) || s.Reveal() != canary {
		t.Error("nothing was printed, or the text is gone")
	}
}

func TestSecret_Equal(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		secret secret.Secret
		text   string
		want   bool
	}{
		"the same":            {secret.New("a"), "a", true},
		"another":             {secret.New("a"), "b", false},
		"longer":              {secret.New("a"), "aa", false},
		"empty text":          {secret.New("a"), "", false},
		"empty secret":        {secret.New(""), "", false},
		"zero value":          {secret.Secret{}, "", false},
		"joined by a gateway": {secret.New("a"), "a,a", false},
	}
	for name, tt := range tests {
		if got := tt.secret.Equal(tt.text); got != tt.want {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}

func TestKey(t *testing.T) {
	t.Parallel()
	if s, err := secret.Key(" abc\n"); err != nil || s.Reveal() != "abc" {
		t.Errorf("a pasted key: %v", err)
	}
	for _, text := range []string{"", " \n", canary + "\r\nX-Evil: 1", canary + " b", canary + "é"} {
		if _, err := secret.Key(text); err == nil || strings.Contains(err.Error(), canary) {
			t.Errorf("Key(%q) = %v, want an error without the key", text, err)
		}
	}
}

// source is what a Holder fetches from.
type source struct {
	mu    sync.Mutex
	calls int
	value string
	err   error
	delay time.Duration
}

func (s *source) fetch(ctx context.Context) (secret.Secret, error) {
	s.mu.Lock()
	s.calls++
	value, err, delay := s.value, s.err, s.delay
	s.mu.Unlock()
	select {
	case <-time.After(delay):
		return secret.New(value), err
	case <-ctx.Done():
		return secret.Secret{}, ctx.Err()
	}
}

// becomes changes what the next fetch returns.
func (s *source) becomes(value string, err error, delay time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.value, s.err, s.delay = value, err, delay
}

// fetches is how many began so far.
func (s *source) fetches() int {
	synctest.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

func TestHolder_firstRequestWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &source{value: canary, delay: 300 * time.Millisecond}
		h := secret.NewHolder(src.fetch, time.Now)
		start := time.Now()
		h.Start() // does not wait
		if waited := time.Since(start); waited != 0 {
			t.Errorf("Start took %s", waited)
		}
		for range 3 {
			if got, err := h.Get(t.Context()); err != nil || got.Reveal() != canary {
				t.Fatalf("Get = %v, %v", got, err)
			}
		}
		if waited := time.Since(start); waited != 300*time.Millisecond || src.fetches() != 1 {
			t.Errorf("waited %s for %d fetches", waited, src.fetches())
		}
	})
}

func TestHolder_waitEndsWithTheRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &source{value: canary, delay: time.Second}
		h := secret.NewHolder(src.fetch, time.Now)
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		if _, err := h.Get(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error = %v", err)
		}
		if got, err := h.Get(t.Context()); err != nil || got.Reveal() != canary || src.fetches() != 1 {
			t.Errorf("the next request: %v, %v after %d fetches", got, err, src.fetches())
		}
	})
}

// TestHolder_refresh: a stale key is handed out while its successor is fetched; a failed
// refresh keeps it.
func TestHolder_refresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &source{value: "old", delay: time.Millisecond}
		h := secret.NewHolder(src.fetch, time.Now)
		get := func(want string) {
			t.Helper()
			start := time.Now()
			if got, err := h.Get(t.Context()); err != nil || got.Reveal() != want {
				t.Errorf("Get = %q, %v, want %q", got.Reveal(), err, want)
			}
			if waited := time.Since(start); waited > time.Millisecond { // the first fetch
				t.Errorf("Get waited %s", waited)
			}
		}
		get("old")
		src.becomes("new", nil, time.Second)
		time.Sleep(secret.RefreshAfter - time.Second)
		get("old")
		if src.fetches() != 1 {
			t.Errorf("%d fetches before the key is stale", src.fetches())
		}
		time.Sleep(time.Second)
		get("old") // begins the refresh
		get("old")
		time.Sleep(2 * time.Second)
		get("new")
		if src.fetches() != 2 {
			t.Errorf("%d fetches", src.fetches())
		}
		src.becomes("new", errors.New("throttled"), time.Second)
		time.Sleep(secret.RefreshAfter)
		get("new")
		time.Sleep(2 * time.Second)
		get("new") // failed; not asked again at once
		time.Sleep(2 * time.Second)
		if src.fetches() != 3 {
			t.Errorf("%d fetches after a failed refresh", src.fetches())
		}
		time.Sleep(secret.RetryAfter)
		get("new")
		if src.fetches() != 4 {
			t.Errorf("%d fetches, want another try", src.fetches())
		}
		time.Sleep(2 * time.Second)
	})
}

// TestHolder_unreadable: the error comes back at once for a while, then another request tries.
func TestHolder_unreadable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &source{value: canary, err: errors.New("access denied"), delay: time.Millisecond}
		h := secret.NewHolder(src.fetch, time.Now)
		for range 3 {
			if _, err := h.Get(t.Context()); err == nil || err.Error() != "access denied" {
				t.Errorf("error = %v", err)
			}
		}
		if src.fetches() != 1 {
			t.Errorf("%d fetches", src.fetches())
		}
		src.becomes(canary, nil, time.Millisecond)
		time.Sleep(secret.RetryAfter)
		if got, err := h.Get(t.Context()); err != nil || got.Reveal() != canary {
			t.Errorf("Get = %v, %v", got, err)
		}
	})
}

func TestHolder_fetchIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &source{delay: time.Hour}
		h := secret.NewHolder(src.fetch, time.Now)
		start := time.Now()
		if _, err := h.Get(t.Context()); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != secret.FetchTimeout {
			t.Errorf("error %v after %s", err, time.Since(start))
		}
	})
}

// TestHolder_Expire: a refused key is fetched anew, but not for every refusal.
func TestHolder_Expire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &source{value: "old", delay: time.Millisecond}
		h := secret.NewHolder(src.fetch, time.Now)
		if _, err := h.Get(t.Context()); err != nil {
			t.Fatal(err)
		}
		h.Expire() // just fetched
		time.Sleep(secret.RetryAfter)
		src.becomes("new", nil, time.Millisecond)
		h.Expire()
		h.Expire()
		time.Sleep(time.Second)
		h.Expire()
		time.Sleep(time.Second)
		if got, err := h.Get(t.Context()); err != nil || got.Reveal() != "new" || src.fetches() != 2 {
			t.Errorf("Get = %q, %v after %d fetches", got.Reveal(), err, src.fetches())
		}
	})
}

// TestHolder_frozen: a fetch that was begun beside the first poll, or for a request that has gone, and failed while the
// function was frozen, is no reason to tell the next request that there is no key.
func TestHolder_frozen(t *testing.T) {
	for name, begin := range map[string]func(context.Context, *secret.Holder){
		"at the start": func(_ context.Context, h *secret.Holder) { h.Start() },
		"for a request that left": func(ctx context.Context, h *secret.Holder) {
			ctx, cancel := context.WithTimeout(ctx, time.Second)
			defer cancel()
			if _, err := h.Get(ctx); !errors.Is(err, context.DeadlineExceeded) {
				panic("the wait did not end")
			}
		},
	} {
		for when, wait := range map[string]time.Duration{"before the request": 3 * time.Second, "while it waits": 0} {
			t.Run(name+", "+when, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					src := &source{err: errors.New("connection reset"), delay: 2 * time.Second}
					h := secret.NewHolder(src.fetch, time.Now)
					begin(t.Context(), h)
					synctest.Wait()
					src.becomes(canary, nil, time.Millisecond)
					time.Sleep(wait)
					if got, err := h.Get(t.Context()); err != nil || got.Reveal() != canary || src.fetches() != 2 {
						t.Errorf("Get = %v, %v after %d fetches", got, err, src.fetches())
					}
				})
			})
		}
	}
}

// TestHolder_expired: the request after a refusal waits for the rotated key, but not for ever, and a fetch that fails
// leaves the old one.
func TestHolder_expired(t *testing.T) {
	for name, tt := range map[string]struct {
		value  string
		err    error
		delay  time.Duration
		want   string
		waited time.Duration
	}{
		"rotated": {"new", nil, 300 * time.Millisecond, "new", 300 * time.Millisecond},
		"hangs":   {"new", nil, time.Hour, "old", secret.ExpiredWait},
		"fails":   {"", errors.New("access denied"), 100 * time.Millisecond, "old", 200 * time.Millisecond}, // once more: the first was unwatched
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				src := &source{value: "old"}
				h := secret.NewHolder(src.fetch, time.Now)
				if _, err := h.Get(t.Context()); err != nil {
					t.Fatal(err)
				}
				time.Sleep(secret.RetryAfter)
				src.becomes(tt.value, tt.err, tt.delay)
				h.Expire()
				start := time.Now()
				if got, err := h.Get(t.Context()); err != nil || got.Reveal() != tt.want || time.Since(start) != tt.waited {
					t.Errorf("Get = %q, %v after %s", got.Reveal(), err, time.Since(start))
				}
				time.Sleep(secret.FetchTimeout) // a fetch that hangs ends
				start = time.Now()
				if got, err := h.Get(t.Context()); err != nil || got.Reveal() != tt.want || time.Since(start) != 0 {
					t.Errorf("later: Get = %q, %v after %s", got.Reveal(), err, time.Since(start))
				}
			})
		})
	}
}
