package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"github.com/onefront/onefront/stats/accesslog"
)

// printText prints a table for each report.
func printText(w io.Writer, reports []*accesslog.Report, result *accesslog.Result) error {
	head := fmt.Sprintf("%d lines", result.Lines)
	if result.First != nil {
		head += fmt.Sprintf(" from %s to %s UTC", result.First.Format(time.DateTime), result.Last.Format(time.DateTime))
	}
	if result.SkippedLines > 0 {
		head += fmt.Sprintf("; %d earlier ones left out", result.SkippedLines)
	}
	if _, err := fmt.Fprintln(w, head); err != nil {
		return err
	}
	for _, r := range reports {
		if err := printReport(w, r, result.Reports[r.Name], result.Bots); err != nil {
			return err
		}
	}
	return nil
}

func printReport(w io.Writer, r *accesslog.Report, result *accesslog.ReportResult, bots bool) error {
	title := fmt.Sprintf("\n%s: %s (%d requests, %d rows in all", r.Name, r.About, result.Requests, result.Keys)
	if r.Ranking && !bots {
		title += ", without bots"
	}
	if result.CountError > 0 {
		title += fmt.Sprintf("; approximate: a count may be short by up to %d", result.CountError)
	}
	if _, err := fmt.Fprintln(w, title+")"); err != nil {
		return err
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, strings.Join(result.Columns, "\t"))
	for _, row := range result.Rows {
		cells := make([]string, 0, len(row.Values))
		for _, v := range row.Values {
			cells = append(cells, cell(v))
		}
		fmt.Fprintln(table, strings.Join(cells, "\t"))
	}
	return table.Flush()
}

// maxCell is how much of a text a table shows; -json has all of it.
const maxCell = 100

func cell(v any) string {
	switch v := v.(type) {
	case nil:
		return "-"
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case string:
		text := []rune(printable(v))
		if len(text) > maxCell {
			text = append(text[:maxCell-1], '…')
		}
		return string(text)
	}
	return fmt.Sprint(v)
}

// printable takes out what would make a terminal do things: paths and agents are whatever a visitor sent.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '\uFFFD'
	}, text)
}
