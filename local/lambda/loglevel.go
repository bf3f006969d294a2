package lambda

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// levels of application logs, from the most to the least detail.
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
var levels = []string{"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"}

// passes reports whether Lambda sends a line of the function to its log group. The filter exists with the JSON format
// only, and knows nothing of metrics: a line of the embedded format goes by its level like any other (F10.11).
func (f *function) passes(line string) bool {
	if !f.jsonLogs {
		return true
	}
	least := f.applicationLevel
	if least == "" {
		least = "INFO"
	}
	return slices.Index(levels, lineLevel(line)) >= slices.Index(levels, least)
}

// lineLevel is what Lambda takes for a line's level: INFO, unless it is an object with a level and a valid timestamp.
func lineLevel(line string) string {
	var said struct{ Level, Timestamp string }
	if json.Unmarshal([]byte(line), &said) != nil {
		return "INFO"
	}
	level := strings.ToUpper(said.Level)
	if _, err := time.Parse(time.RFC3339, said.Timestamp); err != nil || !slices.Contains(levels, level) {
		return "INFO"
	}
	return level
}
