// Command bootstrap is a Lambda function for tests: it does what the event says, over the Runtime API, with nothing
// but the standard library.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync"
	"syscall"
)

// event is an order to this function, or an HTTP API event whose rawPath is the order, or an SQS event whose first
// message is.
type event struct {
	Do      string `json:"do"`
	Text    string `json:"text"`
	Number  int    `json:"number"`
	RawPath string `json:"rawPath"`
	Records []struct {
		Body string `json:"body"`
	}
}

type function struct {
	base  string
	calls int
}

func main() {
	f := &function{base: "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/"}
	f.initialize(os.Getenv("TEST_INIT"))
	for {
		f.serve()
	}
}

func (f *function) initialize(how string) {
	marker := os.Getenv("TEST_MARKER")
	switch how {
	case "exit":
		fmt.Println("leaving during init")
		os.Exit(4)
	case "error":
		f.post("init/error", `{"errorType":"Test.Init","errorMessage":"no luck"}`, nil)
		os.Exit(1)
	case "hang":
		select {}
	case "orphan": // talks to nobody, so that it does not notice that the Runtime API is gone
		fmt.Printf("pid=%d.\n", os.Getpid())
		select {}
	case "exit once": // the first process leaves a marker and exits
		if _, err := os.Stat(marker); err != nil {
			_ = os.WriteFile(marker, nil, 0o600)
			os.Exit(5)
		}
	case "sigterm":
		c := make(chan os.Signal, 1)
		signal.Notify(c, syscall.SIGTERM)
		go func() {
			<-c
			fmt.Println("got SIGTERM")
			os.Exit(0)
		}()
	case "deaf":
		signal.Ignore(syscall.SIGTERM)
	case "child":
		child := exec.Command("/bin/sleep", "3600")
		if err := child.Start(); err != nil {
			panic(err)
		}
		_ = os.WriteFile(marker, fmt.Appendf(nil, "%d", child.Process.Pid), 0o600)
	}
}

func (f *function) next() (string, http.Header, []byte) {
	r, err := http.Get(f.base + "invocation/next")
	if err != nil {
		os.Exit(9)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK {
		fmt.Println("next:", r.StatusCode, string(body))
		os.Exit(8)
	}
	return r.Header.Get("Lambda-Runtime-Aws-Request-Id"), r.Header, body
}

func (f *function) serve() {
	id, header, body := f.next()
	f.calls++
	var e event
	_ = json.Unmarshal(body, &e)
	if len(e.Records) > 0 {
		_ = json.Unmarshal([]byte(e.Records[0].Body), &e)
	} else if e.Do == "" {
		e.Do = strings.TrimPrefix(e.RawPath, "/")
	}
	respond := func(answer string) { f.post("invocation/"+id+"/response", answer, nil) }
	switch e.Do {
	case "header":
		respond(`"` + header.Get(e.Text) + `"`)
	case "environment":
		list, _ := json.Marshal(os.Environ())
		respond(string(list))
	case "directory":
		d, _ := os.Getwd()
		respond(`"` + d + `"`)
	case "pid":
		respond(fmt.Sprint(os.Getpid()))
	case "calls":
		respond(fmt.Sprint(f.calls))
	case "answer":
		respond(e.Text)
	case "gateway":
		respond(`{"statusCode":200,"headers":{"content-type":"text/plain"},"body":"hello"}`)
	case "print":
		fmt.Println(e.Text)
		fmt.Fprintln(os.Stderr, "to stderr")
		respond("null")
	case "hang":
		select {}
	case "exit":
		fmt.Print("a last word")
		os.Exit(e.Number)
	case "answer and exit":
		respond(`"done"`)
		os.Exit(e.Number)
	case "answer and hang":
		respond(`"done"`)
		select {}
	case "wait": // until the file in text is there to be opened (a named pipe)
		_, _ = os.ReadFile(e.Text)
		respond(`"released"`)
	case "error":
		f.post("invocation/"+id+"/error", `{"errorType":"Test.Error","errorMessage":"as asked"}`, nil)
	case "malformed error":
		f.post("invocation/"+id+"/error", "no JSON", http.Header{"Lambda-Runtime-Function-Error-Type": {"Test.Malformed"}})
	case "late error":
		f.post("invocation/"+id+"/response", "half", http.Header{"Trailer": {"yes"}})
	case "large":
		status := f.post("invocation/"+id+"/response", `"`+strings.Repeat("x", e.Number-2)+`"`, nil)
		fmt.Println("status of the large response:", status)
	case "protocol":
		wrong := f.post("invocation/00000000-0000-0000-0000-000000000000/response", "1", nil)
		early, _ := http.Get(f.base + "invocation/next")
		f.post("invocation/"+id+"/response", "2", nil)
		twice := f.post("invocation/"+id+"/response", "3", nil)
		fmt.Println("statuses:", wrong, early.StatusCode, twice)
	case "register":
		base := strings.Replace(f.base, "2018-06-01/runtime/", "2020-01-01/extension/", 1)
		r, err := http.Post(base+"register", "application/json", strings.NewReader(`{"events":[]}`))
		if err != nil {
			os.Exit(7)
		}
		respond(fmt.Sprintf(`[%d,%t]`, r.StatusCode, r.Header.Get("Lambda-Extension-Identifier") != ""))
	case "grow":
		b := bytes.Repeat([]byte{1}, e.Number)
		respond(fmt.Sprint(len(b)))
	default:
		respond(string(body))
	}
}

var client = sync.OnceValue(func() *http.Client { return &http.Client{} })

func (f *function) post(path, body string, header http.Header) int {
	r, err := http.NewRequest(http.MethodPost, f.base+path, strings.NewReader(body))
	if err != nil {
		panic(err)
	}
	if header.Get("Trailer") != "" {
		// {"errorType":"Test.Late","errorMessage":"after the start"}
		r.ContentLength = -1
		r.Trailer = http.Header{
			"Lambda-Runtime-Function-Error-Type": {"Test.Late"},
			"Lambda-Runtime-Function-Error-Body": {"eyJlcnJvclR5cGUiOiJUZXN0LkxhdGUiLCJlcnJvck1lc3NhZ2UiOiJhZnRlciB0aGUgc3RhcnQifQ=="},
		}
	} else if header != nil {
		r.Header = header
	}
	answer, err := client().Do(r)
	if err != nil {
		os.Exit(9)
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode
}
