package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/onefront/onefront/stats/accesslog"
	"github.com/onefront/onefront/stats/accesslog/accesslogtest"
)

// ran is what a run of the command left behind.
type ran struct {
	status         int
	stdout, stderr string
}

// now is two days after the generated logs begin.
var now = accesslogtest.Start.Add(48 * time.Hour)

func run(t *testing.T, stdin string, args ...string) ran {
	t.Helper()
	var stdout, stderr bytes.Buffer
	c := command{stdin: strings.NewReader(stdin), stdout: &stdout, stderr: &stderr, now: func() time.Time { return now }}
	status := c.run(t.Context(), args)
	return ran{status, stdout.String(), stderr.String()}
}

// log is the text of so many generated lines.
func log(seed uint64, lines int) string {
	g := accesslogtest.New(seed, 100)
	var out strings.Builder
	for range lines {
		out.Write(append(g.Next().Line(), '\n'))
	}
	return out.String()
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if strings.HasSuffix(path, ".gz") {
		text = zipped(t, text)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func zipped(t *testing.T, text string) string {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// decoded is the JSON of a run that must have gone well.
func decoded(t *testing.T, r ran) accesslogResult {
	t.Helper()
	var result accesslogResult
	if err := json.Unmarshal([]byte(r.stdout), &result); err != nil || r.status != statusOK {
		t.Fatalf("status %d, %v, stderr:\n%s", r.status, err, r.stderr)
	}
	return result
}

type accesslogResult struct {
	Lines, SkippedLines, BadLines int64
	First, Last                   *string
	Reports                       map[string]struct {
		Requests, Keys int64
		Rows           []map[string]any
	}
}

func TestJSON_followsTheSchema(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.gz"), log(1, 3000)+"no line\n")
	write(t, filepath.Join(dir, "regions"), `{"cfRequestId":"x","region":"eu-west-1"}`)
	schema, err := jsonschema.NewCompiler().Compile("../docs/statistics.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	for name, args := range map[string][]string{
		"all reports": {"-json", "-regions", filepath.Join(dir, "regions"), dir},
		"one of them": {"-json", "-bots", "-top", "3", "os", dir},
		"no lines":    {"-json", os.DevNull},
	} {
		r := run(t, "", args...)
		if r.status != statusOK {
			t.Fatalf("%s: status %d: %s", name, r.status, r.stderr)
		}
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(r.stdout))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(value); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Every report is in the schema with its columns.
func TestSchema_hasAllReports(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../docs/statistics.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Properties struct {
			Reports struct {
				Properties map[string]struct {
					Properties struct {
						Columns struct{ Const []string }
					}
				}
			}
		}
	}
	if err := json.Unmarshal(raw, &schema); err != nil {
		t.Fatal(err)
	}
	for _, r := range append(accesslog.Reports(), accesslog.Regions) {
		got := schema.Properties.Reports.Properties[r.Name].Properties.Columns.Const
		if fmt.Sprint(got) != fmt.Sprint(r.Columns()) {
			t.Errorf("%s: the schema has %v, the report %v", r.Name, got, r.Columns())
		}
	}
}

func TestFiles_foldersAndStandardInput(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "E1/2026/11/26/00/E1.2026-11-26-00.aaaa.gz"), log(1, 1000))
	write(t, filepath.Join(dir, "E1/2026/11/27/00/E1.2026-11-27-00.bbbb.json"), log(2, 500))
	write(t, filepath.Join(dir, "README.md"), "no log")
	if got := decoded(t, run(t, "", "-json", dir)); got.Lines != 1500 {
		t.Errorf("a folder: %d lines, want 1500", got.Lines)
	}
	if got := decoded(t, run(t, zipped(t, log(3, 200)), "-json", "-", dir)); got.Lines != 1700 {
		t.Errorf("standard input and a folder: %d lines, want 1700", got.Lines)
	}
	// the generated times of both files are those of the 26th: the name keeps the first from being opened
	if got := decoded(t, run(t, "", "-json", "-since", "30h", dir)); got.Lines != 0 || got.SkippedLines != 500 {
		t.Errorf("-since 30h: %d lines and %d skipped, want 0 and 500", got.Lines, got.SkippedLines)
	}
	r := run(t, "", "-since", "1h", dir)
	if r.status != statusFailed || !strings.Contains(r.stderr, "none of its 2 files has requests since 2026-11-27 23:00:00") {
		t.Errorf("-since 1h: status %d, %s", r.status, r.stderr)
	}
}

// What is named twice, by two arguments or by links, counts once; a link to a folder or a file is what it leads to.
func TestFiles_linksAndFilesNamedTwice(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	logs := filepath.Join(dir, "logs")
	write(t, filepath.Join(logs, "a.json"), log(1, 100))
	write(t, filepath.Join(dir, "elsewhere.json"), log(2, 20))
	for link, to := range map[string]string{"link": "logs", "logs/again.json": "a.json", "logs/other.json": "../elsewhere.json"} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	link := filepath.Join(dir, "link")
	for want, args := range map[int64][]string{
		120: {link, logs, filepath.Join(logs, "a.json"), filepath.Join(link, "a.json")},
		100: {filepath.Join(link, "again.json"), filepath.Join(logs, "a.json")},
	} {
		if got := decoded(t, run(t, "", append([]string{"-json"}, args...)...)); got.Lines != want {
			t.Errorf("%v: %d lines, want %d", args, got.Lines, want)
		}
	}
}

// How much of a cut file is missing nobody knows: what there is is counted, and the status says so.
func TestFiles_cut(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	whole := zipped(t, log(1, 3000))
	file := filepath.Join(dir, "cut.gz")
	if err := os.WriteFile(file, []byte(whole[:len(whole)-20]), 0o600); err != nil {
		t.Fatal(err)
	}
	r := run(t, "", "-json", "os", file)
	var got accesslogResult
	if err := json.Unmarshal([]byte(r.stdout), &got); err != nil || got.Lines < 2000 || got.BadLines == 0 {
		t.Errorf("%d lines, %d bad, %v", got.Lines, got.BadLines, err)
	}
	if r.status != statusFailed || !strings.Contains(r.stderr, "cut.gz: line ") {
		t.Errorf("status %d, %s", r.status, r.stderr)
	}
}

// What cannot be opened is told, and the rest is counted.
func TestFiles_aLinkToNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.json"), log(1, 100))
	if err := os.Symlink("gone", filepath.Join(dir, "b.json")); err != nil {
		t.Fatal(err)
	}
	r := run(t, "", "os", dir)
	if r.status != statusFailed || !strings.HasPrefix(r.stdout, "100 lines") || !strings.Contains(r.stderr, "b.json") {
		t.Errorf("status %d, %q, %q", r.status, r.stdout, r.stderr)
	}
}

// A terminal as standard input says nothing when its user presses Ctrl-C.
func TestInterrupted_doesNotWaitForInput(t *testing.T) {
	t.Parallel()
	silent, end := io.Pipe()
	defer end.Close()
	ctx, interrupt := context.WithCancel(t.Context())
	var stderr bytes.Buffer
	c := command{stdin: readFirst{silent, interrupt}, stdout: io.Discard, stderr: &stderr, now: func() time.Time { return now }}
	if status := c.run(ctx, []string{"-"}); status != statusFailed || !strings.Contains(stderr.String(), "interrupted") {
		t.Errorf("status %d, %q", status, stderr.String())
	}
}

// readFirst calls a function when it is first read.
type readFirst struct {
	io.Reader
	then func()
}

func (r readFirst) Read(p []byte) (int, error) {
	r.then()
	return r.Reader.Read(p)
}

// What a damaged file may hold costs no more than its line.
func TestJSON_ofOddLines(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("2", 9000)
	lines := `{"cs-uri-stem":"/","timestamp(ms)":"99999999999999999"}` + "\n" + // a year that JSON has no time for
		`{"cs-uri-stem":"/","timestamp(ms)":"1764115200100000","date":"2026-11-26","time":"01:02:03"}` + "\n" +
		`{"cs-uri-stem":"/","sc-status":"` + long + `","x-edge-result-type":"Error","x-edge-detailed-result-type":"` + long + `"}` + "\n" +
		`{"cs-uri-stem":"/","asn":null}` + "\n" +
		`{"cs-uri-stem":"/"}}` + "\n"
	got := decoded(t, run(t, lines, "-json", "-"))
	if got.Lines != 4 || got.BadLines != 1 {
		t.Errorf("%d lines, %d bad, want 4 and 1", got.Lines, got.BadLines)
	}
	if got.First == nil || *got.First != "2026-11-26T01:02:03Z" || *got.Last != *got.First {
		t.Errorf("from %v to %v", got.First, got.Last)
	}
}

// Nothing that a visitor sent makes a terminal do things, in JSON neither, which stays the same JSON.
func TestJSON_isHarmlessOnATerminal(t *testing.T) {
	t.Parallel()
	const path = "/\u009b2J\u001b]0;x\u0007\u202e\u2028\x7f\U000e0001é好<b>\\u0041"
	line, _ := json.Marshal(map[string]string{"cs-uri-stem": path, "sc-status": "200"})
	r := run(t, string(line), "-json", "objects", "-")
	for _, c := range r.stdout {
		if c != '\n' && !unicode.IsPrint(c) {
			t.Errorf("%U is printed as it is", c)
		}
	}
	if rows := decoded(t, r).Reports["objects"].Rows; len(rows) != 1 || rows[0]["Object"] != path {
		t.Errorf("got %q", rows)
	}
	if !strings.Contains(r.stdout, "é好") {
		t.Errorf("words are escaped: %s", r.stdout)
	}
}

func TestText_tellsWhatSinceLeftOut(t *testing.T) {
	t.Parallel()
	if r := run(t, log(1, 30), "-since", "1h", "os", "-"); !strings.HasPrefix(r.stdout, "0 lines; 30 earlier ones left out\n") {
		t.Errorf("got %q", r.stdout)
	}
}

func TestBadLinesAndFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.json"), "secret of 198.51.100.7\n"+log(1, 10))
	write(t, filepath.Join(dir, "b.log"), "something else\n")
	r := run(t, "", "os", dir)
	if r.status != statusFailed || !strings.HasPrefix(r.stdout, "10 lines from 2026-11-26 00:00:00") {
		t.Errorf("status %d, %s", r.status, r.stdout)
	}
	for _, want := range []string{"1 lines could not be read", "a.json:1: no JSON object", "b.log: not a line of it is one of a CloudFront standard log"} {
		if !strings.Contains(r.stderr, want) {
			t.Errorf("no %q in %s", want, r.stderr)
		}
	}
	if strings.Contains(r.stderr+r.stdout, "198.51.100.7") {
		t.Error("a bad line's text is told")
	}
}

func TestUsage(t *testing.T) {
	t.Parallel()
	for want, args := range map[string][]string{
		"nothing to read":                                   {"objects"},
		`report "objcts": want one of objects,`:             {"objcts", "./x"},
		`"1d" for flag -since: want a duration such as 24h`: {"-since", "1d", "./x"},
		"-since -1h0m0s: want":                              {"-since", "-1h", "./x"},
		"-top -1: want":                                     {"-top", "-1", "./x"},
		"only once":                                         {"-", "-"},
		`report "regions": -regions FILE`:                   {"objects", "regions", "./x"},
		"flag provided but not defined":                     {"-nope"},
	} {
		if r := run(t, "", args...); r.status != statusUsage || !strings.Contains(r.stderr, want) || r.stdout != "" {
			t.Errorf("%v: status %d, %q, want %q", args, r.status, r.stderr, want)
		}
	}
	if r := run(t, "", "-help"); r.status != statusOK || !strings.Contains(r.stderr, "referrers") {
		t.Errorf("-help: status %d, %s", r.status, r.stderr)
	}
	if r := run(t, "", "./missing"); r.status != statusFailed || !strings.Contains(r.stderr, "./missing") {
		t.Errorf("a missing file: status %d, %s", r.status, r.stderr)
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	lines := `{"cs-uri-stem":"/%251B%255B2Ja","sc-status":"200","sc-bytes":"5","x-edge-response-result-type":"Hit","timestamp(ms)":"1795000000000"}` + "\n" +
		strings.Repeat(`{"cs-uri-stem":"/b","sc-status":"404","sc-bytes":"7","timestamp(ms)":"1795000000000"}`+"\n", 2)
	want := `3 lines from 2026-11-18 11:06:40 to 2026-11-18 11:06:40 UTC

objects: what is asked for most (3 requests, 2 rows in all, without bots)
Object  RequestCount  HitCount  MissCount  HitCountPct  BytesFromMisses  TotalBytes  IncompleteDownloadCount  HTTP2xx  HTTP3xx  HTTP4xx  HTTP5xx
/b      2             0         0          0            0                14          0                        0        0        2        0
/` + "\uFFFD" + `[2Ja  1             1         0          100          0                5           0                        1        0        0        0
`
	if got := run(t, lines, "objects", "-").stdout; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestRegions(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	access := ""
	for _, id := range []string{"a==", "b==", "c=="} {
		access += `{"cs-uri-stem":"/","sc-status":"200","x-edge-request-id":"` + id + `"}` + "\n"
	}
	for name, text := range map[string]string{
		"functions":  `{"cfRequestId":"a==","region":"eu-west-1"}` + "\nSTART RequestId: 1\n" + `{"cfRequestId":"b==","region":"us-east-1","x":{"y":1}}`,
		"local text": `17:04:41.210 api-eu {"cfRequestId":"a==","region":"eu-west-1"}` + "\n" + `17:04:41.210 api-us {"cfRequestId":"b==","region":"us-east-1"}`,
		"local JSON": `{"level":"INFO","msg":"{\"cfRequestId\":\"a==\",\"region\":\"eu-west-1\"}","region":"eu-west-1"}` + "\n" +
			`{"level":"INFO","msg":"{\"cfRequestId\":\"b==\",\"region\":\"us-east-1\"}"}`,
		"local text after words": "building the program for the first time, later starts take seconds\n" +
			`17:04:41.210 api-eu {"cfRequestId":"a==","region":"eu-west-1"}` + "\n" + `17:04:41.210 api-us {"cfRequestId":"b==","region":"us-east-1"}`,
		"CSV of one column": "\xef\xbb\xbf@message\n\"{\"\"cfRequestId\"\":\"\"a==\"\",\"\"region\"\":\"\"eu-west-1\"\"}\"\n\"{\"\"cfRequestId\"\":\"\"b==\"\",\"\"region\"\":\"\"us-east-1\"\"}\"\n",
		"CSV":               "@timestamp,cfRequestId,region\n2026,a==,eu-west-1\n2026,b==,us-east-1\n",
		"CSV messages":      "@timestamp,@message\n2026,\"{\"\"cfRequestId\"\":\"\"a==\"\",\"\"region\"\":\"\"eu-west-1\"\"}\"\n2026,\"{\"\"cfRequestId\"\":\"\"b==\"\",\"\"region\"\":\"\"us-east-1\"\"}\"\n",
		"get-query-results": `{"results":[[{"field":"cfRequestId","value":"a=="},{"field":"region","value":"eu-west-1"}],
			[{"field":"@message","value":"{\"cfRequestId\":\"b==\",\"region\":\"us-east-1\"}"}]],"status":"Complete"}`,
	} {
		file := filepath.Join(dir, strings.ReplaceAll(name, " ", "-"))
		write(t, file, text)
		got := map[any]any{}
		for _, row := range decoded(t, run(t, access, "-json", "-regions", file, "os", "-")).Reports["regions"].Rows {
			got[row["Region"]] = row["RequestCount"]
		}
		if fmt.Sprint(got) != "map[-:1 eu-west-1:1 us-east-1:1]" {
			t.Errorf("%s: got %v", name, got)
		}
	}
	empty := filepath.Join(dir, "empty")
	write(t, empty, "nothing")
	if r := run(t, access, "-regions", empty, "-"); r.status != statusFailed || !strings.Contains(r.stderr, "no line has both cfRequestId and region") {
		t.Errorf("a file without lines: status %d, %s", r.status, r.stderr)
	}
}

func TestProgressLine(t *testing.T) {
	t.Parallel()
	if got, want := progressLine(3000, 25, 100, 2*time.Second), "3000 lines, 1500 a second, 25 %, 6s left"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := progressLine(10, 5, 0, time.Second), "10 lines, 10 a second"; got != want {
		t.Errorf("without sizes: got %q, want %q", got, want)
	}
}
