// Package accesslogtest makes CloudFront access logs of which it is known what they hold: made up requests, their
// lines, and the reports counted from the requests in the plainest way there is.
package accesslogtest

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// A Request is one that never was.
type Request struct {
	Time     time.Time
	Method   string
	Path     string // as a person would write it
	Behavior string
	Status   string // three digits
	// Result and ResponseResult are x-edge-result-type and x-edge-response-result-type, Detailed the detailed one.
	Result, ResponseResult, Detailed string
	Bytes                            int64
	Edge, Country                    string
	// ReferrerHost is that of the page Referrer, "-" without one.
	Referrer, ReferrerHost string
	Agent                  Agent
	// Taken and OriginFirst are milliseconds; OriginFirst is -1 where no origin was asked.
	Taken, OriginFirst int
	ID                 string
}

// An Agent is a header and what it tells.
type Agent struct{ Header, Browser, OS, Device string }

// Automatic says that the agent is a bot or a health check.
func (a Agent) Automatic() bool { return a.Device == "Bot/Crawler" || a.Device == "Health check" }

var agents = []Agent{
	{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36", "Chrome", "Windows", "Desktop"},
	{"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1", "Safari", "iOS", "Mobile"},
	{"Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Mobile Safari/537.36", "Chrome", "Android", "Mobile"},
	{"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15", "Safari", "macOS", "Desktop"},
	{"Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0", "Firefox", "Linux", "Desktop"},
	{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36 Edg/146.0.0.0", "Edge", "Windows", "Desktop"},
	{"Mozilla/5.0 (Linux; Android 14; SM-X710) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Safari/537.36", "Samsung Internet", "Android", "Tablet"},
	{"Mozilla/5.0 (SMART-TV; LINUX; Tizen 8.0) AppleWebKit/537.36 (KHTML, like Gecko) Version/8.0 TV Safari/537.36", "Safari", "Tizen", "Smart-TV"},
	{"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "Google", "Unknown", "Bot/Crawler"},
	{"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)", "OpenAI", "Unknown", "Bot/Crawler"},
	{"Amazon-Route53-Health-Check-Service (ref 0b1c2d3e; report http://amzn.to/1vsZADi)", "Route 53 health check", "Unknown", "Health check"},
	{"curl/8.5.0", "Script", "Unknown", "Bot/Crawler"},
	{"", "Empty", "Empty", "Empty"},
	{"something else", "Unknown", "Unknown", "Unknown"},
}

// Start is the time of the first request that a Generator makes.
var Start = time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)

// A Generator makes requests: the same ones for the same seed.
type Generator struct {
	random *rand.Rand
	paths  *rand.Zipf
	spread bool
	n, of  int
}

// New returns a Generator whose paths are some of so many; a few of them are asked for most, as by Zipf.
func New(seed uint64, paths int) *Generator {
	random := rand.New(rand.NewPCG(seed, 0))
	return &Generator{random: random, paths: rand.NewZipf(random, 1.1, 1, uint64(paths-1)), of: paths}
}

// Each makes the next requests ask for each path once, in turn, so that all of them were asked for.
func (g *Generator) Each() { g.spread = true }

// AsAsked makes the next requests ask for some paths more than for others again.
func (g *Generator) AsAsked() { g.spread = false }

// Next makes a request. Times go up by 0 to 200 ms.
func (g *Generator) Next() Request {
	number := g.n % g.of
	if !g.spread {
		number = int(g.paths.Uint64())
	}
	g.n++
	r := Request{
		Time: Start.Add(time.Duration(g.n*100+g.random.IntN(100)) * time.Millisecond), Method: "GET", Path: g.path(number),
		Bytes: int64(g.random.IntN(60_000)), Edge: pick(g, "FRA56-P1", "FRA2-C1", "IAD89-P2", "SYD62-P1", "GRU3"),
		Country: pick(g, "DE", "DE", "US", "AU", "BR", "-"), Agent: agents[g.random.IntN(len(agents))],
		Taken: 1 + g.random.IntN(40), OriginFirst: -1, ID: strconv.FormatUint(g.random.Uint64(), 36) + strconv.Itoa(g.n),
	}
	r.Behavior = "*"
	if strings.HasPrefix(r.Path, "/api/") {
		r.Behavior = "/api/*"
	}
	r.Referrer, r.ReferrerHost = g.referrer()
	g.answer(&r)
	return r
}

// path names the number's path; some need encoding, once by whoever asks and once more by CloudFront.
func (g *Generator) path(number int) string {
	switch number % 7 {
	case 0:
		return fmt.Sprintf("/words/好 %d", number)
	case 1:
		return fmt.Sprintf("/api/topics/%d", number)
	case 2:
		return fmt.Sprintf("/100%%/a+b~%d", number)
	default:
		return fmt.Sprintf("/assets/%d.js", number)
	}
}

func (g *Generator) referrer() (address, host string) {
	switch g.random.IntN(5) {
	case 0:
		return "https://www.Example.org/a page?q=1", "www.example.org"
	case 1:
		return "http://news.example.net:8080", "news.example.net"
	case 2:
		return "android-app", "Unknown"
	case 3:
		return "http://me@[2001:DB8::1]:8080/x", "[2001:db8::1]"
	}
	return "", "-"
}

// answer decides how the request went.
func (g *Generator) answer(r *Request) {
	switch g.random.IntN(12) {
	case 0, 1, 2, 3:
		r.Status, r.Result, r.ResponseResult = "200", "Miss", "Miss"
		r.OriginFirst = 5 + g.random.IntN(200)
		r.Taken += r.OriginFirst
	case 4:
		r.Status, r.Result, r.ResponseResult = "304", "RefreshHit", "RefreshHit"
		r.OriginFirst = 5 + g.random.IntN(50)
		r.Taken += r.OriginFirst
	case 5:
		r.Status, r.Result, r.ResponseResult = pick(g, "404", "403"), "Error", "Error"
	case 6:
		r.Status, r.Result, r.ResponseResult, r.Detailed = pick(g, "502", "504"), "Error", "Error", pick(g, "OriginConnectError", "OriginDnsError")
		r.Taken += 4000
	case 7: // the download broke off
		r.Status, r.Result, r.ResponseResult, r.Detailed = "200", "Error", "Hit", "ClientCommError"
	case 8:
		r.Status, r.Result, r.ResponseResult, r.Detailed = "000", "Error", "Error", "ClientHungUpRequest"
		r.Bytes = 0
	default:
		r.Status, r.Result, r.ResponseResult = "200", "Hit", "Hit"
	}
	if r.Detailed == "" {
		r.Detailed = r.Result
	}
}

func pick(g *Generator, of ...string) string { return of[g.random.IntN(len(of))] }

// Line is the request as CloudFront logs it, without the line's end.
func (r Request) Line() []byte {
	origin := "-"
	if r.OriginFirst >= 0 {
		origin = seconds(r.OriginFirst)
	}
	values := []string{
		"timestamp(ms)", strconv.FormatInt(r.Time.UnixMilli(), 10), "date", r.Time.Format("2006-01-02"), "time", r.Time.Format("15:04:05"),
		"x-edge-location", r.Edge, "x-edge-request-id", r.ID + "==", "cs-method", r.Method, "x-host-header", "www.example.com",
		"cs-uri-stem", encode((&url.URL{Path: r.Path}).EscapedPath()), "sc-status", r.Status, "sc-bytes", strconv.FormatInt(r.Bytes, 10),
		"cs-bytes", "231", "cs(Referer)", orDash(encode(r.Referrer)), "cs(User-Agent)", orDash(encode(r.Agent.Header)),
		"cs-protocol", "https", "cs-protocol-version", "HTTP/2.0", "x-edge-result-type", r.Result,
		"x-edge-response-result-type", r.ResponseResult, "x-edge-detailed-result-type", r.Detailed, "time-taken", seconds(r.Taken),
		"time-to-first-byte", seconds(r.Taken), "origin-fbl", origin, "origin-lbl", origin, "sc-content-type", "text/html",
		"sc-content-len", strconv.FormatInt(r.Bytes, 10), "ssl-protocol", "TLSv1.3", "asn", "64500", "c-country", r.Country,
		"cache-behavior-path-pattern", r.Behavior,
	}
	line := make([]byte, 0, 1024)
	for i := 0; i < len(values); i += 2 {
		line = append(line, map[bool]byte{true: '{', false: ','}[i == 0])
		line = append(append(append(line, '"'), values[i]...), `":`...)
		line = appendJSON(line, values[i+1])
	}
	return append(line, '}')
}

func appendJSON(to []byte, text string) []byte {
	quoted, err := json.Marshal(text)
	if err != nil {
		panic(err) // a string always has a JSON form
	}
	return append(to, quoted...)
}

func seconds(ms int) string { return fmt.Sprintf("%d.%03d", ms/1000, ms%1000) }

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// encode is CloudFront's own encoding of a log's field (O-A16).
func encode(s string) string {
	var out strings.Builder
	for _, c := range []byte(s) {
		if c <= ' ' || c >= 0x7f || strings.IndexByte("%<>\"#{}|\\^~[]`'&", c) >= 0 {
			fmt.Fprintf(&out, "%%%02X", c)
		} else {
			out.WriteByte(c)
		}
	}
	return out.String()
}
