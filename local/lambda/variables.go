package lambda

import (
	"crypto/rand"
	"encoding/hex"
	"maps"
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/onefront/onefront/handler/contract"
)

// processVariables is the whole environment of a bootstrap; nothing of this machine's is handed on
// (Lambda DG "Defined runtime environment variables"). AWS_EXECUTION_ENV is not defined for OS-only runtimes, and
// the addresses of the X-Ray daemon are left out because there is none. The program's variables do not override
// Lambda's; extra ones, such as endpoints of the imitated services, do.
func (f *function) processVariables(logStream, runtimeAPI string, extra func(region string) map[string]string) []string {
	v := map[string]string{
		"LANG": "en_US.UTF-8",
		"PATH": "/usr/local/bin:/usr/bin:/bin:/opt/bin",
		"TZ":   ":UTC",
	}
	maps.Copy(v, f.variables)
	maps.Copy(v, map[string]string{
		contract.HandlerVariable:          f.handler,
		"AWS_REGION":                      f.region,
		"AWS_DEFAULT_REGION":              f.region,
		"AWS_LAMBDA_FUNCTION_NAME":        f.name,
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": strconv.Itoa(f.memoryMB),
		"AWS_LAMBDA_FUNCTION_VERSION":     "$LATEST",
		"AWS_LAMBDA_INITIALIZATION_TYPE":  "on-demand",
		"AWS_LAMBDA_LOG_GROUP_NAME":       f.logGroup,
		"AWS_LAMBDA_LOG_STREAM_NAME":      logStream,
		"AWS_LAMBDA_LOG_FORMAT":           "Text",
		"AWS_LAMBDA_RUNTIME_API":          runtimeAPI,
		"AWS_XRAY_CONTEXT_MISSING":        "LOG_ERROR",
		"LAMBDA_TASK_ROOT":                f.taskRoot,
		"LAMBDA_RUNTIME_DIR":              "/var/runtime",
		// The imitated services check no signature; the SDK wants some credentials all the same.
		"AWS_ACCESS_KEY_ID":     "ASIALOCALLOCALLOCAL1",
		"AWS_SECRET_ACCESS_KEY": "local",
		"AWS_SESSION_TOKEN":     "local",
	})
	if f.jsonLogs {
		v["AWS_LAMBDA_LOG_FORMAT"] = "JSON"
		v["AWS_LAMBDA_LOG_LEVEL"] = "INFO"
		if f.applicationLevel != "" {
			v["AWS_LAMBDA_LOG_LEVEL"] = f.applicationLevel
		}
	}
	if directory := os.TempDir(); directory != "/tmp" {
		v["TMPDIR"] = directory
	}
	if extra != nil {
		maps.Copy(v, extra(f.region))
	}
	list := make([]string, 0, len(v))
	for _, name := range slices.Sorted(maps.Keys(v)) {
		list = append(list, name+"="+v[name])
	}
	return list
}

func newRequestID() string { return uuid.NewString() }

func newLogStream(now time.Time) string {
	return now.UTC().Format("2006/01/02") + "/[$LATEST]" + randomHex(16)
}

func randomHex(bytes int) string {
	b := make([]byte, bytes)
	_, _ = rand.Read(b) // never fails (Go 1.24)
	return hex.EncodeToString(b)
}
