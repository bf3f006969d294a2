package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/onefront/onefront/stats/accesslog"
)

// flags are the command line, checked.
type flags struct {
	reports []*accesslog.Report
	sources []string
	age     time.Duration // of the oldest request that counts; 0: all
	ageSet  bool
	bots    bool
	top     int
	json    bool
	profile string
	region  string
	keep    string
	regions string
	version bool
}

// defaultAge is how far back objects in S3 are read unless -since says otherwise: a whole bucket is a long read.
const defaultAge = 24 * time.Hour

const usageHead = `Counts CloudFront's access logs (standard logs v2, JSON lines, plain or gzip).

usage: go run ./stats [flags] [REPORT...] FILE|DIR|s3://BUCKET/PREFIX|- ...
       in a team's repository: go tool stats

  -since DURATION  only requests of so long ago or later, such as 24h (default: all; for s3:// 24h; 0 is all)
  -bots            count bots and health checks in rankings too
  -top N           rows of each report (default 50; 0 is all)
  -json            print JSON of a documented form (docs/statistics.schema.json)
  -regions FILE    where functions' log lines are (local mode's log, or an export of Logs Insights): adds the report
                   regions
  -profile NAME    AWS profile for s3:// (default: the environment's)
  -region NAME     AWS region of the bucket (default: the environment's)
  -keep DIR        keep objects of s3:// there; what is there already is not fetched again
  -version         print the version and end

A DIR is read with everything below it that ends in .gz, .json, .jsonl or .log. No report means all of them:

`

func usage() string {
	var out strings.Builder
	out.WriteString(usageHead)
	for _, r := range accesslog.Reports() {
		fmt.Fprintf(&out, "  %-16s %s\n", r.Name, r.About)
	}
	return out.String()
}

func parseFlags(args []string, stderr io.Writer) (flags, error) {
	var f flags
	set := flag.NewFlagSet("stats", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.Usage = func() {}
	set.Func("since", "", func(text string) (err error) {
		if f.age, err = time.ParseDuration(text); err != nil {
			return errors.New("want a duration such as 24h or 90m, or 0 for all")
		}
		return nil
	})
	set.BoolVar(&f.bots, "bots", false, "")
	set.IntVar(&f.top, "top", 50, "")
	set.BoolVar(&f.json, "json", false, "")
	set.StringVar(&f.profile, "profile", "", "")
	set.StringVar(&f.region, "region", "", "")
	set.StringVar(&f.keep, "keep", "", "")
	set.StringVar(&f.regions, "regions", "", "")
	set.BoolVar(&f.version, "version", false, "")
	if err := set.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			_, _ = io.WriteString(stderr, usage())
		}
		return f, err
	}
	if f.version {
		return f, nil
	}
	set.Visit(func(given *flag.Flag) { f.ageSet = f.ageSet || given.Name == "since" })
	return f, f.check(set.Args())
}

func (f *flags) check(args []string) error {
	if f.age < 0 {
		return fmt.Errorf("-since %v: want a duration such as 24h, or 0 for all", f.age)
	}
	if f.top < 0 {
		return fmt.Errorf("-top %d: want a number of rows, or 0 for all", f.top)
	}
	names := args
	if at := slices.IndexFunc(args, isSource); at >= 0 {
		names, f.sources = args[:at], args[at:]
	}
	var err error
	if slices.Contains(names, accesslog.Regions.Name) {
		return errors.New("report \"regions\": -regions FILE adds it, with where the functions' log lines are")
	}
	if f.reports, err = accesslog.FindReports(names...); err != nil {
		return err
	}
	if f.regions != "" {
		f.reports = append(f.reports, accesslog.Regions)
	}
	if len(f.sources) == 0 {
		return errors.New("nothing to read: want files, folders or s3://BUCKET/PREFIX after the reports; -help tells more")
	}
	if at := slices.Index(f.sources[1:], "-"); at >= 0 && f.sources[0] == "-" {
		return errors.New("-: standard input can be read only once")
	}
	return nil
}

// isSource tells files from reports: whatever is no report's name is where logs are. A file that bears such a name is
// ./objects.
func isSource(arg string) bool {
	if strings.ContainsAny(arg, "/\\.") || arg == "-" {
		return true
	}
	_, err := accesslog.FindReports(arg)
	return err != nil && exists(arg)
}

// since is the time of the oldest request that counts; zero for all.
func (f *flags) since(now time.Time) time.Time {
	if f.age == 0 {
		return time.Time{}
	}
	return now.Add(-f.age)
}
