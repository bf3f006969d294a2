package accesslog_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/onefront/onefront/stats/accesslog"
	"github.com/onefront/onefront/stats/accesslog/accesslogtest"
)

const goodLine = `{"cs-uri-stem":"/","sc-status":"200","sc-bytes":"1"}`

func TestRead_badLinesAreCountedAndNamed(t *testing.T) {
	t.Parallel()
	c := accesslog.NewCollector(accesslog.Options{})
	text := goodLine + "\n\nno JSON 198.51.100.7\n" + goodLine + "\r\n" + `{"a":"b"}` + "\n" + strings.Repeat("x", 2<<20) + "\n" + goodLine
	if err := c.Worker().Read(t.Context(), strings.NewReader(text), "some.json"); err != nil {
		t.Fatal(err)
	}
	got := c.Result(0)
	want := []accesslog.BadLine{
		{File: "some.json", Line: 3, Reason: "no JSON object"},
		{File: "some.json", Line: 5, Reason: "a JSON object without any field of CloudFront's log"},
		{File: "some.json", Line: 6, Reason: "a line of more than 1048576 bytes"},
	}
	if diff := cmp.Diff(want, got.BadLineSamples); diff != "" || got.Lines != 3 || got.BadLines != 3 {
		t.Errorf("%d lines, %d bad (-want +got):\n%s", got.Lines, got.BadLines, diff)
	}
}

func TestRead_aFileThatBreaksOff(t *testing.T) {
	t.Parallel()
	whole := file(generate(5, 50, 5000), true)
	c := accesslog.NewCollector(accesslog.Options{})
	if err := c.Worker().Read(t.Context(), bytes.NewReader(whole[:len(whole)-20]), "cut.gz"); !errors.Is(err, accesslog.ErrBrokenOff) || !strings.Contains(err.Error(), "cut.gz: line ") {
		t.Errorf("error %v", err)
	}
	got := c.Result(1)
	if got.Lines < 4000 || got.Lines >= 5000 || got.BadLines == 0 || !strings.Contains(got.BadLineSamples[len(got.BadLineSamples)-1].Reason, "the rest cannot be read") {
		t.Errorf("%d lines, bad: %v", got.Lines, got.BadLineSamples)
	}
}

func TestRead_whatIsNoLogIsAnError(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"classic format": "#Version: 1.0\n#Fields: date time\n2026-11-26\t00:00:00\n",
		"binary":         "PAR1\x15\x00\x15",
		"broken gzip":    "\x1f\x8b\x08\x00\x00",
		"other JSON":     `{"level":"info"}` + "\n",
	} {
		err := accesslog.NewCollector(accesslog.Options{}).Worker().Read(t.Context(), strings.NewReader(text), "no.log")
		if err == nil || !strings.Contains(err.Error(), "no.log") {
			t.Errorf("%s: error %v, want one that names the file", name, err)
		}
	}
	if err := accesslog.NewCollector(accesslog.Options{}).Worker().Read(t.Context(), strings.NewReader(""), "empty"); err != nil {
		t.Errorf("an empty file: %v", err)
	}
}

func TestSince(t *testing.T) {
	t.Parallel()
	requests := generate(6, 50, 1000)
	since := requests[600].Time
	c := accesslog.NewCollector(accesslog.Options{Since: since})
	read(t, c, file(requests, false))
	got := c.Result(0)
	later := 0
	for _, r := range requests {
		if !r.Time.Before(since) {
			later++
		}
	}
	if got.Lines != int64(later) || got.SkippedLines != int64(1000-later) || !got.First.Equal(since) || !got.Last.Equal(requests[999].Time) {
		t.Errorf("%d lines, %d skipped, %v to %v; want %d from %v to %v", got.Lines, got.SkippedLines, got.First, got.Last, later, since, requests[999].Time)
	}
}

func TestTime_byDateWithoutTimestamp(t *testing.T) {
	t.Parallel()
	c := accesslog.NewCollector(accesslog.Options{})
	read(t, c, []byte(`{"date":"2026-11-26","time":"12:34:56","cs-uri-stem":"/"}`))
	if got, want := c.Result(0).First, time.Date(2026, 11, 26, 12, 34, 56, 0, time.UTC); got == nil || !got.Equal(want) {
		t.Errorf("first %v, want %v", got, want)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(goodLine + "\nx\n"))
	f.Add(file([]accesslogtest.Request{accesslogtest.New(1, 3).Next()}, true))
	f.Fuzz(func(t *testing.T, raw []byte) {
		c := accesslog.NewCollector(accesslog.Options{Limit: 2})
		err := c.Worker().Read(t.Context(), bytes.NewReader(raw), "f")
		got := c.Result(0)
		if err != nil && got.Lines > 0 && !errors.Is(err, accesslog.ErrBrokenOff) {
			t.Errorf("%d lines, and yet no log: %v", got.Lines, err)
		}
		if got.Reports["objects"].Requests > got.Lines {
			t.Errorf("%d requests in %d lines", got.Reports["objects"].Requests, got.Lines)
		}
	})
}
