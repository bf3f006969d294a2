package accesslog

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
)

func TestDefinitions_areCompleteAndDistinct(t *testing.T) {
	t.Parallel()
	names, columns := map[string]bool{}, map[string]bool{}
	for f, d := range definitions {
		if d.Name == "" || names[d.Name] || columns[d.Column] {
			t.Errorf("field %d %+v: nameless or named twice", f, d)
		}
		// Athena's names for CloudFront's fields: everything but letters, digits and _ becomes _ (O-A17)
		want := strings.Trim(strings.ToLower(regexp.MustCompile(`[^A-Za-z0-9]+`).ReplaceAllString(d.Name, "_")), "_")
		if d.Column != want {
			t.Errorf("%s: column %q, want %q", d.Name, d.Column, want)
		}
		names[d.Name], columns[d.Column] = true, true
	}
	for _, d := range Definitions() {
		if d.Name == "c-ip" || d.Name == "cs-uri-query" {
			t.Errorf("%s is ordered without being asked for", d.Name)
		}
	}
	if got, want := len(Definitions("queryStrings", "viewerAddresses")), len(Definitions())+2; got != want {
		t.Errorf("%d fields with both options, want %d", got, want)
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	for name, line := range map[string]string{
		"as CloudFront writes":        `{"cs-method":"GET","cs-uri-stem":"/words/%25E5%25A5%25BD","sc-status":"200","cs(Referer)":"-","x":"y"}`,
		"white space":                 `{ "cs-method" : "GET", "cs-uri-stem": "/words/%25E5%25A5%25BD", "sc-status": "200", "cs(Referer)": "-" }`,
		"a number, an escape, CRLF":   `{"cs-method":"\u0047ET","cs-uri-stem":"/words/%25E5%25A5%25BD","sc-status":200}` + "\r",
		"a name with a quoted colon":  `{"a\":\"b":"c","cs-method":"GET","cs-uri-stem":"/words/%25E5%25A5%25BD","sc-status":"200"}`,
		"another order, again itself": `{"sc-status":"200","cs-uri-stem":"/words/%25E5%25A5%25BD","cs-method":"GET"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var p Parser
			for range 2 { // the second time by the remembered order
				var l Line
				if err := p.Parse([]byte(line), &l); err != nil {
					t.Fatal(err)
				}
				status, ok := l.Int(Status)
				if string(l[Method]) != "GET" || l.Path() != "/words/好" || status != 200 || !ok || l[Referer] != nil {
					t.Errorf("got %q", l)
				}
			}
		})
	}
}

func TestParse_refusesWhatIsNoLine(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"", "#Version: 1.0", "null", "[]", `{"cs-method":"GET"`, `{"cs-method":"GET"}{}`, `{"cs-method":["198.51.100.7"]}`} {
		var p Parser
		var l Line
		if err := p.Parse([]byte(line), &l); err == nil {
			t.Errorf("%q: no error", line)
		} else if strings.Contains(err.Error(), "198.51.100.7") {
			t.Errorf("%q: its text is in the error: %v", line, err)
		}
	}
}

func TestSeconds(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]float64{"0.001": 0.001, "12.345": 12.345, "7": 7, "0": 0, "1e-3": 0.001, "0.1234567": 0.1234567, "999999999": 999999999} {
		l := Line{TimeTaken: []byte(text)}
		if got, ok := l.Seconds(TimeTaken); !ok || got != want {
			t.Errorf("%s: %v %v, want %v", text, got, ok, want)
		}
	}
	for _, text := range []string{"", ".", "1.2.3", "-1", "NaN", "Inf", "1e12", "1000000000", "99999999999999999999"} {
		l := Line{TimeTaken: []byte(text)}
		if got, ok := l.Seconds(TimeTaken); ok {
			t.Errorf("%q: %v, want none", text, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`{"cs-method":"GET","sc-status":"200"}`)
	f.Add(`{"cs-method":"\u0047","sc-status":200}`)
	f.Add(`{"a":"b",}`)
	f.Fuzz(func(t *testing.T, line string) {
		var p Parser
		var l, slow Line
		if !p.scan([]byte(line), &l) {
			return
		}
		// what the scanner takes, encoding/json takes, with the same values
		var strict map[string]string
		if err := json.Unmarshal([]byte(line), &strict); err != nil {
			t.Fatalf("the scanner took what is no JSON: %v", err)
		}
		if err := parseAny([]byte(line), &slow); err != nil {
			t.Fatal(err)
		}
		for field := range l {
			if string(l[field]) != string(slow[field]) {
				t.Errorf("%s: %q, by encoding/json %q", definitions[field].Name, l[field], slow[field])
			}
		}
	})
}

func TestClassify(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]Agent{
		"": {Empty, Empty, Empty},
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36":                         {"Chrome", "Windows", Desktop},
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0":           {"Edge", "Windows", Desktop},
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1": {"Safari", "iOS", Mobile},
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/126.0 Mobile/15E148 Safari/604.1":  {"Chrome", "iOS", Mobile},
		"Mozilla/5.0 (Linux; Android 14; SM-X710) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0.0.0 Safari/537.36":      {"Samsung Internet", "Android", Tablet},
		"Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36":                   {"Chrome", "Android", Mobile},
		"Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0":                                                                  {"Firefox", "Linux", Desktop},
		"Mozilla/5.0 (SMART-TV; LINUX; Tizen 7.0) AppleWebKit/537.36 (KHTML, like Gecko) Version/7.0 TV Safari/537.36":                            {"Safari", "Tizen", TV},
		"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)":                                  {"OpenAI", Unknown, Bot},
		"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ClaudeBot/1.0; +claudebot@anthropic.com)":                                 {"Anthropic", Unknown, Bot},
		"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)":                                                                {"Google", Unknown, Bot},
		"Amazon-Route53-Health-Check-Service (ref 0b1c2d3e; report http://amzn.to/1vsZADi)":                                                       {"Route 53 health check", Unknown, HealthCheck},
		"curl/8.5.0": {"Script", Unknown, Bot},
		"something":  {Unknown, Unknown, Unknown},
	} {
		if got := Classify(header); got != want {
			t.Errorf("%s: got %v, want %v", header, got, want)
		}
	}
}

func TestRules_areLowerCaseAndQuotable(t *testing.T) {
	t.Parallel()
	for _, rules := range [][]Rule{bots, browsers, systems, devices} {
		for _, r := range rules {
			for _, text := range r.Any {
				if text != strings.ToLower(text) || strings.Contains(text+r.Name, "'") {
					t.Errorf("%q of %s would never match, or breaks the SQL", text, r.Name)
				}
				if name, _ := first(rules, text); name != r.Name {
					t.Errorf("%q of %s never counts: %s takes it first", text, r.Name, name)
				}
			}
		}
	}
}

func BenchmarkParse(b *testing.B) {
	parts := make([]string, 0, fieldCount)
	for _, d := range Definitions() {
		parts = append(parts, `"`+d.Name+`":"some-value-of-a-field"`)
	}
	line := []byte("{" + strings.Join(parts, ",") + "}")
	var p Parser
	var l Line
	for b.Loop() {
		if err := p.Parse(line, &l); err != nil {
			b.Fatal(err)
		}
	}
}
