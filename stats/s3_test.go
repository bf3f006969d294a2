package main

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// bucketServer answers ListObjectsV2 and GetObject for one bucket as S3's documentation says, and remembers what it
// was asked. https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
type bucketServer struct {
	objects map[string]string
	// breakAt breaks the connection of each first answer off after so many bytes; 0: never
	breakAt int

	mu    sync.Mutex
	asked []string
}

func (b *bucketServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	key := strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, "/logs"), "/")
	b.mu.Lock()
	if key == "" {
		b.asked = append(b.asked, "list "+r.URL.Query().Get("prefix"))
	} else {
		b.asked = append(b.asked, "get "+filepath.Base(key)+" "+r.Header.Get("Range"))
	}
	b.mu.Unlock()
	if key == "" {
		b.list(w, r.URL.Query().Get("prefix"))
		return
	}
	text, ok := b.objects[key]
	if !ok || r.Header.Get("If-Match") != etag(text) {
		http.Error(w, "", http.StatusPreconditionFailed)
		return
	}
	from := 0
	if span := r.Header.Get("Range"); span != "" {
		from, _ = strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(span, "bytes="), "-"))
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(text)-1, len(text)))
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(text)-from))
	w.Header().Set("Etag", etag(text))
	if from > 0 {
		w.WriteHeader(http.StatusPartialContent)
	}
	if b.breakAt > 0 && from == 0 {
		_, _ = w.Write([]byte(text[:b.breakAt]))
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write([]byte(text[from:]))
}

func etag(text string) string { return fmt.Sprintf(`"%d"`, len(text)) }

func (b *bucketServer) list(w http.ResponseWriter, prefix string) {
	type object struct {
		Key, ETag string
		Size      int
	}
	type folder struct{ Prefix string }
	var answer struct {
		XMLName        xml.Name `xml:"ListBucketResult"`
		Contents       []object
		CommonPrefixes []folder
	}
	for key, text := range b.objects {
		rest, ok := strings.CutPrefix(key, prefix)
		if !ok {
			continue
		}
		if name, _, below := strings.Cut(rest, "/"); below {
			if f := (folder{prefix + name + "/"}); !slices.Contains(answer.CommonPrefixes, f) {
				answer.CommonPrefixes = append(answer.CommonPrefixes, f)
			}
		} else {
			answer.Contents = append(answer.Contents, object{key, etag(text), len(text)})
		}
	}
	_ = xml.NewEncoder(w).Encode(answer)
}

// newBucketServer has an hour of three days; now is midnight after the third.
func newBucketServer(t *testing.T) *bucketServer {
	t.Helper()
	b := &bucketServer{objects: map[string]string{
		"cf/E1/2025/12/31/23/E1.2025-12-31-23.aaaa.gz": zipped(t, log(1, 100)),
		"cf/E1/2026/11/26/05/E1.2026-11-26-05.bbbb.gz": zipped(t, log(2, 200)),
		"cf/E1/2026/11/27/05/E1.2026-11-27-05.cccc.gz": zipped(t, log(3, 300)),
		"cf/E1/2026/11/27/06/E1.2026-11-27-06.dddd.gz": zipped(t, log(4, 400)),
	}}
	server := httptest.NewServer(b)
	t.Cleanup(server.Close)
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL_S3": server.URL, "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "x", "AWS_REGION": "eu-west-1",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_PROFILE": "",
	} {
		t.Setenv(name, value)
	}
	return b
}

func TestS3_readsOnlyTheHoursThatCount(t *testing.T) {
	b := newBucketServer(t)
	// the lines' own times are those of the 26th, so that only what was fetched can be told
	r := run(t, "", "-json", "s3://logs/cf")
	if got := decoded(t, r); got.Lines != 700 {
		t.Errorf("%d lines, want the 700 of the last 24 hours", got.Lines)
	}
	slices.Sort(b.asked)
	want := []string{
		"get E1.2026-11-27-05.cccc.gz ", "get E1.2026-11-27-06.dddd.gz ",
		"list cf", "list cf/", "list cf/E1/", "list cf/E1/2026/", "list cf/E1/2026/11/", "list cf/E1/2026/11/27/",
		"list cf/E1/2026/11/27/05/", "list cf/E1/2026/11/27/06/",
	}
	if strings.Join(b.asked, "\n") != strings.Join(want, "\n") {
		t.Errorf("asked\n%s\nwant\n%s", strings.Join(b.asked, "\n"), strings.Join(want, "\n"))
	}
	if got := decoded(t, run(t, "", "-json", "-since", "0", "s3://logs/cf/E1/")); got.Lines != 1000 {
		t.Errorf("-since 0: %d lines, want 1000", got.Lines)
	}
}

func TestS3_goesOnWhereAConnectionBroke(t *testing.T) {
	b := newBucketServer(t)
	b.breakAt = 1000
	if got := decoded(t, run(t, "", "-json", "s3://logs/cf/E1/2026/11/27/06/")); got.Lines != 400 || got.BadLines != 0 {
		t.Errorf("%d lines, %d bad, want 400 and none", got.Lines, got.BadLines)
	}
	if !slices.Contains(b.asked, "get E1.2026-11-27-06.dddd.gz bytes=1000-") {
		t.Errorf("asked %q: want a range", b.asked)
	}
}

func TestS3_keepsWhatItFetched(t *testing.T) {
	b := newBucketServer(t)
	keep := t.TempDir()
	part := filepath.Join(keep, "logs/cf/E1/2026/11/27/05/E1.2026-11-27-05.cccc.gz.part")
	write(t, part, "half of it") // of a run that was interrupted
	for range 2 {
		if got := decoded(t, run(t, "", "-json", "-keep", keep, "s3://logs/cf")); got.Lines != 700 {
			t.Errorf("%d lines, want 700", got.Lines)
		}
	}
	gets := 0
	for _, a := range b.asked {
		if strings.HasPrefix(a, "get") {
			gets++
		}
	}
	if gets != 2 {
		t.Errorf("%d objects were fetched in two runs, want 2", gets)
	}
	// and the folder is one of logs by itself
	if got := decoded(t, run(t, "", "-json", keep)); got.Lines != 700 {
		t.Errorf("what was kept has %d lines, want 700", got.Lines)
	}
}

func TestS3_errorsNameWhatWasAsked(t *testing.T) {
	b := newBucketServer(t)
	for want, args := range map[string][]string{
		"want s3://BUCKET": {"s3:///x"},
		"s3://logs/other: no object with requests since 2026-11-27 00:00:00": {"s3://logs/other"},
	} {
		if r := run(t, "", args...); r.status != statusFailed || !strings.Contains(r.stderr, want) {
			t.Errorf("%v: status %d, %s", args, r.status, r.stderr)
		}
	}
	b.objects["../../outside.gz"] = zipped(t, log(1, 1))
	if r := run(t, "", "-keep", t.TempDir(), "s3://logs/../"); r.status != statusFailed {
		t.Errorf("a key that leads out of the folder was kept: %s", r.stdout)
	}
}

func TestFolderTooOld(t *testing.T) {
	t.Parallel()
	since := now.Add(-1000 * 3600 * 1e9) // 2026-10-17 08:00
	for folder, want := range map[string]bool{
		"cf/E1/2025/": true, "cf/E1/2026/": false, "cf/E1/2026/09/": true, "cf/E1/2026/10/": false, "cf/E1/2026/10/16/": true,
		"cf/E1/2026/10/17/": false, "cf/E1/2026/10/17/07/": true, "cf/E1/2026/10/17/08/": false, "cf/": false, "cf/E2025/": false,
	} {
		if got := folderTooOld(folder, since); got != want {
			t.Errorf("%s: %v, want %v", folder, got, want)
		}
	}
}
