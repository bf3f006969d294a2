package lambda

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"sync"
	"time"
)

// maxLineBytes bounds one log line; longer ones are cut into several, as CloudWatch Logs does at 256 KiB.
const maxLineBytes = 256 * 1024

// log writes one line of a function's log stream: the line as the function or the platform wrote it.
func (s *Service) log(f *function, line string) {
	if s.options.OnLine != nil {
		s.options.OnLine(f.region, line)
	}
	s.options.Log.LogAttrs(context.Background(), slog.LevelInfo, line,
		slog.String("function", f.name), slog.String("region", f.region))
}

func (s *Service) logStart(f *function, requestID string) {
	if f.jsonLogs {
		s.logEvent(f, "platform.start", map[string]any{"requestId": requestID, "version": "$LATEST"})
		return
	}
	s.log(f, "START RequestId: "+requestID+" Version: $LATEST")
}

// logError writes the two lines of an error that the platform, not the function, raised.
func (s *Service) logError(f *function, requestID string, e functionError) {
	message := e.Message
	if !strings.HasPrefix(message, "RequestId: ") {
		message = "RequestId: " + requestID + " Error: " + message
	}
	s.log(f, message)
	s.log(f, e.Type)
}

// logEvent writes a platform event of the JSON format (Lambda DG "Telemetry API event schema"). Start and report
// are at INFO, so the system log level WARN drops them.
func (s *Service) logEvent(f *function, kind string, record map[string]any) {
	if f.quietPlatform {
		return
	}
	line, err := json.Marshal(map[string]any{
		"time": time.Now().UTC().Format("2006-01-02T15:04:05.000Z"), "type": kind, "record": record,
	})
	if err != nil {
		return // strings and numbers always marshal
	}
	s.log(f, string(line))
}

// report writes the END and REPORT lines of an invocation. An environment's first REPORT has its init duration,
// which is billed too.
func (e *environment) report(i *invocation, duration time.Duration, status, errorType string) {
	e.mu.Lock()
	if !e.dead { // the usage of an ended process is in peakMB already
		e.peakMB = max(e.peakMB, e.memory.peakMB())
	}
	peak, initDuration := e.peakMB, e.initDuration
	if e.reported {
		initDuration = 0
	}
	e.reported = true
	e.mu.Unlock()

	f, s := e.fn, e.service
	billed := int64(math.Ceil(milliseconds(duration + initDuration)))
	if f.jsonLogs {
		metrics := map[string]any{
			"durationMs": milliseconds(duration), "billedDurationMs": billed,
			"memorySizeMB": f.memoryMB, "maxMemoryUsedMB": peak,
		}
		if initDuration > 0 {
			metrics["initDurationMs"] = milliseconds(initDuration)
		}
		record := map[string]any{"requestId": i.id, "metrics": metrics, "status": status}
		if errorType != "" {
			record["errorType"] = errorType
		}
		s.logEvent(f, "platform.report", record)
		return
	}
	s.log(f, "END RequestId: "+i.id)
	line := fmt.Sprintf("REPORT RequestId: %s\tDuration: %.2f ms\tBilled Duration: %d ms\tMemory Size: %d MB\tMax Memory Used: %d MB",
		i.id, milliseconds(duration), billed, f.memoryMB, peak)
	if initDuration > 0 {
		line += fmt.Sprintf("\tInit Duration: %.2f ms", milliseconds(initDuration))
	}
	if status != "success" {
		line += "\tStatus: " + status
	}
	if errorType != "" {
		line += "\tError Type: " + errorType
	}
	s.log(f, line)
}

// initReport tells of an init that failed (Lambda DG "Failures during the Init phase").
func (s *Service) initReport(f *function, d time.Duration, phase, status, errorType string) {
	if f.jsonLogs {
		record := map[string]any{
			"initializationType": "on-demand", "phase": phase, "status": status,
			"metrics": map[string]any{"durationMs": milliseconds(d)},
		}
		if errorType != "" {
			record["errorType"] = errorType
		}
		s.logEvent(f, "platform.initReport", record)
		return
	}
	line := fmt.Sprintf("INIT_REPORT Init Duration: %.2f ms\tPhase: %s\tStatus: %s", milliseconds(d), phase, status)
	if errorType != "" {
		line += "\tError Type: " + errorType
	}
	s.log(f, line)
}

func milliseconds(d time.Duration) float64 {
	return math.Round(float64(d.Microseconds())/10) / 100
}

// lineWriter cuts a process's output into lines. Safe for concurrent use: stdout and stderr share one.
type lineWriter struct {
	emit func(line string)

	mu     sync.Mutex
	buffer []byte
}

func (w *lineWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.buffer = append(w.buffer, p...)
	for {
		end := bytes.IndexByte(w.buffer, '\n')
		switch {
		case end >= 0 && end <= maxLineBytes:
			w.emit(strings.TrimSuffix(string(w.buffer[:end]), "\r"))
			w.buffer = w.buffer[end+1:]
		case len(w.buffer) > maxLineBytes:
			w.emit(string(w.buffer[:maxLineBytes]))
			w.buffer = w.buffer[maxLineBytes:]
		default:
			return len(p), nil
		}
	}
}

// flush writes what is left without a newline.
func (w *lineWriter) flush() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.buffer) > 0 {
		w.emit(string(w.buffer))
		w.buffer = nil
	}
}
