package lambda

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"
)

// runtimeAPI is the Lambda Runtime API 2018-06-01 of one environment
// (Lambda DG "Using the Lambda runtime API for custom runtimes"), and as much of the Extensions API as
// aws-lambda-go's WithEnableSIGTERM asks for.
func (e *environment) runtimeAPI() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", e.serveNext)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/response", e.serveResponse)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/error", e.serveError)
	mux.HandleFunc("POST /2018-06-01/runtime/init/error", e.serveInitError)
	mux.HandleFunc("POST /2020-01-01/extension/register", e.serveRegister)
	mux.HandleFunc("GET /2020-01-01/extension/event/next", e.serveEventNext)
	return mux
}

// serveNext ends the invocation before, which may be long answered, and waits for one.
func (e *environment) serveNext(w http.ResponseWriter, r *http.Request) {
	e.readyOnce.Do(func() { close(e.ready) })
	e.mu.Lock()
	if e.current != nil && !e.current.answered {
		id := e.current.id
		e.mu.Unlock()
		runtimeError(w, http.StatusForbidden, "InvalidStateTransition", "Invocation "+id+" has no response yet")
		return
	}
	before := e.current
	e.current = nil
	e.mu.Unlock()
	if before != nil {
		stopTimer(before.timer)
		e.report(before, before.result.Duration, "success", "")
	}
	for {
		e.mu.Lock()
		if i := e.pending; i != nil && !e.dead {
			e.pending, e.current = nil, i
			i.started = time.Now()
			i.timer = time.AfterFunc(i.timeout, func() { e.expire(i) })
			e.mu.Unlock()
			e.service.logStart(e.fn, i.id)
			writeEvent(w, e.fn, i)
			return
		}
		e.freeze()
		e.mu.Unlock()
		select {
		case <-e.wake:
		case <-e.stopped:
			runtimeError(w, http.StatusGone, "Shutdown", "The environment is shutting down")
			return
		case <-r.Context().Done():
			return
		}
	}
}

func writeEvent(w http.ResponseWriter, f *function, i *invocation) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(i.payload)))
	h.Set("Lambda-Runtime-Aws-Request-Id", i.id)
	h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(i.started.Add(i.timeout).UnixMilli(), 10))
	h.Set("Lambda-Runtime-Invoked-Function-Arn", f.arn)
	h.Set("Lambda-Runtime-Trace-Id", i.trace)
	_, _ = w.Write(i.payload) // a broken connection shows as the process's end or a timeout
}

// serveResponse takes the function's answer. Trailers tell of an error that came up while the runtime was writing
// (aws-lambda-go announces them on every answer).
func (e *environment) serveResponse(w http.ResponseWriter, r *http.Request) {
	body, tooLarge, err := readBody(r)
	if tooLarge {
		failure := responseTooLarge()
		if e.answer(w, r, Result{Payload: failure.payload(), FunctionError: "Unhandled"}) {
			e.service.logError(e.fn, r.PathValue("id"), failure)
			runtimeError(w, http.StatusRequestEntityTooLarge, "RequestEntityTooLarge",
				"Exceeded maximum allowed payload size ("+strconv.Itoa(MaxResponseBytes)+" bytes).")
		}
		return
	}
	if err != nil {
		runtimeError(w, http.StatusBadRequest, "InvalidRequest", err.Error())
		return
	}
	result := Result{Payload: body}
	if r.Trailer.Get("Lambda-Runtime-Function-Error-Type") != "" {
		payload, err := base64.StdEncoding.DecodeString(r.Trailer.Get("Lambda-Runtime-Function-Error-Body"))
		if err != nil || len(payload) == 0 {
			payload = functionError{Type: r.Trailer.Get("Lambda-Runtime-Function-Error-Type")}.payload()
		}
		result = Result{Payload: payload, FunctionError: "Unhandled"}
	}
	if e.answer(w, r, result) {
		w.WriteHeader(http.StatusAccepted)
	}
}

// serveError takes the function's error object, which the caller gets as payload.
func (e *environment) serveError(w http.ResponseWriter, r *http.Request) {
	payload := errorObject(r)
	if e.answer(w, r, Result{Payload: payload, FunctionError: "Unhandled"}) {
		w.WriteHeader(http.StatusAccepted)
	}
}

func (e *environment) serveInitError(w http.ResponseWriter, r *http.Request) {
	payload := errorObject(r)
	e.mu.Lock()
	e.initError = payload
	e.mu.Unlock()
	w.WriteHeader(http.StatusAccepted)
	e.failedOnce.Do(func() { close(e.initFailed) })
}

// readBody reads a runtime's answer to its end, so that trailers are there and the connection stays good, but
// keeps no more than a response may have.
func readBody(r *http.Request) (body []byte, tooLarge bool, err error) {
	body, err = io.ReadAll(io.LimitReader(r.Body, MaxResponseBytes+1))
	if err == nil && len(body) > MaxResponseBytes {
		tooLarge = true
		_, err = io.Copy(io.Discard, r.Body)
	}
	return body, tooLarge, err
}

// errorObject reads an error object, or makes one of the error type header where the body is none.
func errorObject(r *http.Request) []byte {
	payload, tooLarge, err := readBody(r)
	if err == nil && !tooLarge && json.Valid(payload) {
		return payload
	}
	kind := r.Header.Get("Lambda-Runtime-Function-Error-Type")
	if kind == "" {
		kind = "Runtime.Unknown"
	}
	return functionError{Type: kind}.payload()
}

// answer records the outcome of the invocation named in the path. The environment is warm again before the caller
// learns of it; a request that comes before the runtime asked for the next one waits in it.
func (e *environment) answer(w http.ResponseWriter, r *http.Request, result Result) bool {
	e.mu.Lock()
	i := e.current
	switch {
	case i == nil || i.id != r.PathValue("id"):
		e.mu.Unlock()
		runtimeError(w, http.StatusBadRequest, "InvalidRequestID", "Invalid request ID")
		return false
	case i.answered:
		e.mu.Unlock()
		runtimeError(w, http.StatusBadRequest, "InvalidStateTransition", "Invocation "+i.id+" has a response already")
		return false
	}
	i.answered = true
	result.Duration = time.Since(i.started)
	if !e.reported {
		result.InitDuration = e.initDuration
	}
	e.mu.Unlock()
	e.fn.keep(e)
	i.finish(result)
	return true
}

// serveRegister and serveEventNext let a runtime register an internal extension. It gets no events: Lambda sends
// SIGTERM to the runtime of a function with extensions, and local mode sends it to every function.
func (e *environment) serveRegister(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Lambda-Extension-Identifier", newRequestID())
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]string{
		"functionName": e.fn.name, "functionVersion": "$LATEST", "handler": e.fn.handler,
	})
}

func (e *environment) serveEventNext(w http.ResponseWriter, r *http.Request) {
	select {
	case <-e.stopped:
		runtimeError(w, http.StatusGone, "Shutdown", "The environment is shutting down")
	case <-r.Context().Done():
	}
}

func runtimeError(w http.ResponseWriter, status int, kind, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(functionError{Type: kind, Message: message})
}
