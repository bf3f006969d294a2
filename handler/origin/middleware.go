package origin

import (
	"io"
	"net/http"

	"github.com/onefront/onefront/handler/contract"
)

// Middleware puts the check in front of an http.Handler, from the environment. It ends the process if the origin secret
// is not set.
func Middleware(next http.Handler) http.Handler { return mustFromEnvironment().Middleware(next) }

// Middleware puts the check in front of an http.Handler. API Gateway's id is not among an HTTP request's headers: a
// function that wants it in its line guards the adapter with Guard instead, and Middleware behind Guard does nothing.
func (o *Origin) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Context().Value(guardedKey{}) != nil {
			next.ServeHTTP(w, r)
			return
		}
		start := o.Elapsed()
		ids := IDs{}
		// A header sent twice is no match, as API Gateway would have joined it.
		sent := r.Header.Values(contract.OriginSecretHeader)
		ok := len(sent) == 1 && o.Accepts(sent[0])
		if ok {
			ids.CloudFront = r.Header.Get(contract.CloudFrontIDHeader)
		}
		ctx := WithIDs(r.Context(), ids)
		answer := &recorder{ResponseWriter: w, region: o.Region}
		if ok {
			next.ServeHTTP(answer, r.WithContext(ctx))
		} else {
			answer.forbid(r.Method)
		}
		if answer.status == 0 {
			answer.WriteHeader(http.StatusOK)
		}
		o.write(ctx, r.Method, answer.status, start, nil)
	})
}

// recorder remembers the status and sets the region as the last one to touch the headers.
type recorder struct {
	http.ResponseWriter
	region string
	status int
}

func (w *recorder) WriteHeader(status int) {
	w.Header().Set(contract.RegionHeader, w.region)
	if w.status == 0 && status >= 200 { // 1xx come before the answer
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	return w.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach what the writer can do.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *recorder) forbid(method string) {
	for name, value := range forbiddenHeaders {
		w.Header().Set(name, value)
	}
	w.WriteHeader(http.StatusForbidden)
	if method != http.MethodHead {
		_, _ = io.WriteString(w, forbiddenBody) // who went round CloudFront and left already needs no answer
	}
}
