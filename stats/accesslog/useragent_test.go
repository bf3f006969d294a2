package accesslog

import (
	"os"
	"strings"
	"testing"

	"github.com/mileusna/useragent"
)

// theirs is what mileusna/useragent says of an agent, in our words.
func theirs(header string) Agent {
	ua := useragent.Parse(header)
	a := Agent{Browser: ua.Name, OS: ua.OS, Device: Unknown}
	if name, ok := sameBrowser[ua.Name]; ok {
		a.Browser = name
	}
	switch ua.OS {
	case "":
		a.OS = Unknown
	case "CrOS":
		a.OS = "ChromeOS"
	case "Windows Phone", "Windows Phone OS", "Windows NT":
		a.OS = "Windows"
	case "FreeBSD":
		a.OS = "BSD"
	}
	switch {
	case ua.Bot:
		a.OS, a.Device = Unknown, Bot // a bot's system says nothing
	case ua.Tablet:
		a.Device = Tablet
	case ua.Mobile:
		a.Device = Mobile
	case ua.Desktop:
		a.Device = Desktop
	}
	return a
}

// sameBrowser are names that differ and mean the same.
var sameBrowser = map[string]string{
	"Headless Chrome": "Headless browser", "Opera Mini": "Opera", "Opera Touch": "Opera", "Samsung Browser": "Samsung Internet",
	"Googlebot": "Google", "Google Ads Bot": "Google", "Bingbot": "Bing", "Applebot": "Apple", "facebookexternalhit": "Meta",
	"Facebook App": "Meta in-app", "Instagram App": "Meta in-app", "GPTBot": "OpenAI", "ClaudeBot": "Anthropic", "Mobile Safari": "Safari", "TikTok App": "Other in-app", "YaBrowser": "Yandex", "coc_coc_browser": "Coc Coc", "brave": "Brave", "UCWEB": "UC Browser", "OPX": "Opera", "Mobile DuckDuckGo": "DuckDuckGo", "NetType": "Other in-app", "Telegram-Android": "Other in-app", "Pinterest": "Other in-app", "Snapchat": "Other in-app", "Trident": "Internet Explorer",
}

// linesOf are a file's lines without comments.
func linesOf(t *testing.T, name string) []string {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for line := range strings.Lines(string(raw)) {
		if line = strings.TrimRight(line, "\n"); line != "" && !strings.HasPrefix(line, "#") {
			out = append(out, line)
		}
	}
	return out
}

// Where the table differs from mileusna/useragent on a real agent, testdata/agents.differences.txt has the agent, both
// answers and the reason; it has no line that is true no more.
func TestClassify_differsFromOthersWithReasons(t *testing.T) {
	t.Parallel()
	known := map[string]string{} // by agent: answers, reason
	for _, line := range linesOf(t, "testdata/agents.differences.txt") {
		parts := strings.Split(line, "\t")
		if len(parts) != 3 || strings.TrimSpace(parts[1]) == "" {
			t.Fatalf("%q: want answers, reason and agent, apart by tabs", line)
		}
		known[parts[2]] = parts[0]
	}
	agents := linesOf(t, "testdata/agents.txt")
	if len(agents) < 300 {
		t.Errorf("only %d agents", len(agents))
	}
	for _, agent := range agents {
		ours, other := Classify(agent), theirs(agent)
		answers := difference(ours, other)
		if answers != known[agent] {
			t.Errorf("%s\n  differs: %q\n  listed:  %q", agent, answers, known[agent])
		}
		delete(known, agent)
	}
	for agent := range known {
		t.Errorf("%s: listed, and not among the agents", agent)
	}
}

// What the agents' file, which is of what people see, has too few of: checks that nobody looks at, one of them in a
// browser's clothes, and people with a phone whose maker's name looks like a bot's.
func TestClassify_healthChecksAndWhatLooksLikeBots(t *testing.T) {
	t.Parallel()
	for agent, want := range map[string]Agent{
		"Amazon-Route53-Health-Check-Service (ref 1; report http://amzn.to/1vsZADi)":                                                                                         {"Route 53 health check", Unknown, HealthCheck},
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36 CloudWatchSynthetics/arn:aws:synthetics:eu-west-1:1:canary:a": {"Other health check", Unknown, HealthCheck},
		"ELB-HealthChecker/2.0": {"Other health check", Unknown, HealthCheck},
		"Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)":                                                 {"Other health check", Unknown, HealthCheck},
		"Mozilla/5.0 (Linux; Android 9; CUBOT_X19) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/108.0.0.0 Mobile Safari/537.36": {"Chrome", "Android", Mobile},
		"Mozilla/5.0 (compatible; Cubotsomething)":                                                                               {Unknown, Unknown, Unknown},
		"Mozilla/5.0 (compatible; ExampleBot/1.0; +https://example.com/bot)":                                                     {"Other bot", Unknown, Bot},
		"MistralAI-User/1.0": {"Mistral", Unknown, Bot},
		"undici":             {"Script", Unknown, Bot},
	} {
		if got := Classify(agent); got != want {
			t.Errorf("%s: got %v, want %v", agent, got, want)
		}
	}
}

// difference tells how two answers differ: "Chrome, not Silk; Tablet, not Mobile"; "" if they do not.
func difference(ours, other Agent) string {
	var out []string
	add := func(a, b string) {
		if a != b {
			out = append(out, a+", not "+b)
		}
	}
	if ours.Automatic() && other.Device == Bot { // that it is one counts; names of bots are many
		return ""
	}
	add(ours.Browser, other.Browser)
	add(ours.OS, other.OS)
	add(ours.Device, other.Device)
	return strings.Join(out, "; ")
}
