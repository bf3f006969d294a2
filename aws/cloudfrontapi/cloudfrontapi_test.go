package cloudfrontapi_test

import (
	"slices"
	"testing"

	"github.com/onefront/onefront/aws/cloudfrontapi"
)

func TestFailoverCodes(t *testing.T) {
	cloudfrontapi.FailoverCodes()[0] = 200 // a caller's list is its own
	if got, want := cloudfrontapi.FailoverCodes(), []int{400, 403, 404, 416, 429, 500, 502, 503, 504}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for code, want := range map[int]bool{200: false, 400: true, 401: false, 429: true, 501: false, 504: true, 505: false} {
		if got := cloudfrontapi.IsFailoverCode(code); got != want {
			t.Errorf("IsFailoverCode(%d) = %t", code, got)
		}
	}
}

func TestRemovable(t *testing.T) {
	for name, want := range map[string]bool{
		"Server": true, "Date": true, "Set-Cookie": true, "X-Powered-By": true, "Vary": true, "X-Amz-Request-Id": true, "X-Amzn-Trace-Id": true, "X-Edge": true,
		"Via": false, "via": false, "X-Cache": false, "X-Real-IP": false, "x-amz-cf-pop": false, "X-Amz-Cf-Id": false, "X-Edge-Location": false,
		"Content-Encoding": false, "Content-Length": false, "Warning": false, "x-amzn-RequestId": false, "Proxy-Connection": false,
	} {
		if got := cloudfrontapi.Removable(name); got != want {
			t.Errorf("Removable(%q) = %t", name, got)
		}
	}
}
