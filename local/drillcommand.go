package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/onefront/onefront/graph/stackfile"
	"github.com/onefront/onefront/local/drill"
	"github.com/onefront/onefront/local/lambda"
	"github.com/onefront/onefront/local/simtime"
)

const drillUsage = `Plays drills against a stack's topology in simulated time, and says whether they came out as expected.

usage: go run ./local drill [-json] [-svg FILE] FILE...

  -json       print each drill's timeline as JSON (drills/timeline.schema.json) on standard output
  -svg FILE   draw the timeline; of several drills the last

Status 0: all as expected; 1: not, or a drill could not be played; 2: wrong flags.
`

// drill is `local drill`.
func (c command) drill(ctx context.Context, args []string) int {
	var asJSON bool
	var svg string
	set := flag.NewFlagSet("drill", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.Usage = func() {}
	set.BoolVar(&asJSON, "json", false, "")
	set.StringVar(&svg, "svg", "", "")
	err := set.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		_, _ = io.WriteString(c.stderr, drillUsage)
		return statusOK
	case err == nil && set.NArg() == 0:
		err = errors.New("no drill: want the files of one or more, such as drills/region-loss-dns.yaml")
	}
	if err != nil {
		c.complain(err)
		return statusUsage
	}
	status := statusOK
	for _, file := range set.Args() {
		t, err := c.drillFile(ctx, file)
		if err == nil {
			err = c.tellDrill(t, asJSON, svg)
		}
		switch {
		case ctx.Err() != nil:
			return statusFailed
		case err != nil:
			c.complain(fmt.Errorf("%s: %w", file, err))
			status = statusFailed
		case !t.Passed:
			status = statusFailed
		}
	}
	return status
}

func (c command) drillFile(ctx context.Context, file string) (*drill.Timeline, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	s, err := drill.Parse(text)
	if err != nil {
		return nil, err
	}
	return c.playDrill(ctx, s)
}

// tellDrill prints what came of a drill.
func (c command) tellDrill(t *drill.Timeline, asJSON bool, svg string) error {
	if svg != "" {
		if err := os.WriteFile(filepath.Clean(svg), t.SVG(), 0o644); err != nil {
			return err
		}
	}
	if asJSON {
		text, err := t.JSON()
		if err != nil {
			return err
		}
		_, err = c.stdout.Write(text)
		return err
	}
	verdict := "passed"
	if !t.Passed {
		verdict = "FAILED"
	}
	fmt.Fprintln(c.stdout, t.Row())
	fmt.Fprintf(c.stdout, "%s: %s: %d requests, %d of %d reads and %d of %d writes lost\n", verdict, t.Name, t.Totals.Requests, t.Totals.LostReads, t.Totals.Reads, t.Totals.LostWrites, t.Totals.Writes)
	for _, e := range t.Expectations {
		mark := "ok  "
		if !e.OK {
			mark = "FAIL"
		}
		fmt.Fprintf(c.stdout, "  %s %s: %s, want %s\n", mark, e.What, e.Got, e.Want)
	}
	return nil
}

// playDrill starts the scenario's stack, without listeners for viewers, and plays it.
func (c command) playDrill(ctx context.Context, s *drill.Scenario) (*drill.Timeline, error) {
	w, end, err := c.newDrillWorld(ctx, s.Stack)
	if err != nil {
		return nil, err
	}
	defer end()
	t, err := drill.Run(ctx, s, w, c.drillProgress(s.Name))
	if err != nil {
		return nil, err
	}
	t.AddAlarms(s, w.changes)
	return t, nil
}

// newDrillWorld starts a stack on a clock that only the drill moves.
func (c command) newDrillWorld(ctx context.Context, stackName string) (w *drillWorld, end func(), err error) {
	w = &drillWorld{}
	f := flags{
		stack: stackName, listen: freePort, admin: freePort, pop: "FRA", cacheLimitMiB: 64, concurrency: lambda.DefaultConcurrency, quiet: true, logFormat: "text",
		project: c.project, clock: simtime.NewStill(drillStart), onRequest: w.heard, onAlarm: w.rang,
	}
	if err := f.check(); err != nil {
		return nil, nil, err
	}
	project, err := stackfile.ReadProject(cmp.Or(c.project, "."))
	if err != nil {
		return nil, nil, err
	}
	log := newLog(io.Discard, f)
	front, back := newListeners(log), newListeners(log)
	stop := func() {
		front.stop()
		back.stop()
	}
	viewer, err := front.open(ctx, "viewers", freePort)
	if err != nil {
		return nil, nil, err
	}
	aws, err := back.open(ctx, "AWS endpoints", freePort)
	if err != nil {
		stop()
		return nil, nil, err
	}
	quiet := c
	quiet.stderr = io.Discard
	h := newHouse(ctx, quiet, f, log, front, back, viewer)
	h.lasting = newLasting(f, log, hostPort(aws), h.listenSaaS)
	if w.topology, err = h.build(ctx); err != nil {
		h.lasting.close()
		stop()
		return nil, nil, err
	}
	h.current = w.topology
	w.project, w.prefix = project.Name, project.Name+"-"+stackName+"-"
	w.network.StandStill()
	back.serveOwn(aws, h.forFunctions(func(t *topology) http.Handler { return t.awsEndpoints }))
	w.start()
	return w, func() {
		h.close()
		h.lasting.close()
		stop()
	}, nil
}

// drillProgress is a line that overwrites itself, on a terminal only.
func (c command) drillProgress(name string) func(float64) {
	file, ok := c.stderr.(*os.File)
	if !ok {
		return nil
	}
	if info, err := file.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return nil
	}
	return func(done float64) {
		fmt.Fprintf(file, "\r%s: %3.0f %%", name, 100*done)
		if done >= 0.99 {
			fmt.Fprint(file, "\r"+strings.Repeat(" ", len(name)+8)+"\r")
		}
	}
}

// putParameter writes a parameter as ops does, and lets the region's health function see it at once: it reads again
// after ten seconds of the machine's time, which a drill does not have.
func (w *drillWorld) putParameter(region, name, value string) error {
	body := fmt.Sprintf(`{"Name": %q, "Value": %q, "Overwrite": true}`, name, value)
	r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader([]byte(body)))
	r.Header.Set("X-Amz-Target", "AmazonSSM.PutParameter")
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	answer := httptest.NewRecorder()
	w.ssm.Handler(region).ServeHTTP(answer, r)
	if answer.Code != http.StatusOK {
		return fmt.Errorf("drain of %s: %s", region, answer.Body)
	}
	w.Kill(region)
	return nil
}

// isDrill says whether the command line asks for drills.
func isDrill(args []string) bool { return slices.Index(args, "drill") == 0 }
