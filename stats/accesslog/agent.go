package accesslog

import (
	"slices"
	"strings"
)

// Devices are named as in CloudFront's viewers report.
const (
	Desktop     = "Desktop"
	Mobile      = "Mobile"
	Tablet      = "Tablet"
	TV          = "Smart-TV"
	Bot         = "Bot/Crawler"
	HealthCheck = "Health check" // ours: Route 53's checkers would top every list
	Unknown     = "Unknown"
	Empty       = "Empty"
)

// A Rule gives an agent its name if it holds one of the texts, in lower case, and not the one that looks like them.
type Rule struct {
	Any  []string
	Name string
	Not  string // "" for none
}

// Agent is what a User-Agent header tells.
type Agent struct{ Browser, OS, Device string }

// Automatic says that nobody looks at what this agent was sent.
func (a Agent) Automatic() bool { return a.Device == Bot || a.Device == HealthCheck }

// healthChecks is how many of the first rules of bots are health checks.
const healthChecks = 2

// bots come first: most of them name a browser too. The general texts stand last; Cubot makes phones.
var bots = []Rule{
	{Any: []string{"amazon-route53-health-check"}, Name: "Route 53 health check"},
	{Any: []string{
		"elb-healthchecker/", "googlehc/", "kube-probe/", "cloudwatchsynthetics/", "uptimerobot", "pingdom", "statuscake", "betteruptime", "better uptime",
		"site24x7", "datadogsynthetics", "checkly/",
	}, Name: "Other health check"},
	{Any: []string{"gptbot", "oai-searchbot", "chatgpt-user"}, Name: "OpenAI"},
	{Any: []string{"claudebot", "claude-user", "claude-searchbot", "anthropic-ai"}, Name: "Anthropic"},
	{Any: []string{"perplexitybot", "perplexity-user"}, Name: "Perplexity"},
	{Any: []string{"mistralai-user"}, Name: "Mistral"},
	{Any: []string{"cohere-ai"}, Name: "Cohere"},
	{Any: []string{"ccbot/"}, Name: "Common Crawl"},
	{Any: []string{"bytespider"}, Name: "ByteDance"},
	{Any: []string{"googlebot", "google-extended", "googleother", "adsbot-google", "mediapartners-google", "google-inspectiontool", "googleproducer", "googleprober", "gemini-deep-research"}, Name: "Google"},
	{Any: []string{"bingbot", "bingpreview", "adidxbot"}, Name: "Bing"},
	{Any: []string{"applebot"}, Name: "Apple"},
	{Any: []string{"facebookexternalhit", "meta-externalagent", "meta-externalfetcher", "meta-webindexer", "facebookbot", "facebookcatalog", "whatsapp/"}, Name: "Meta"},
	{Any: []string{
		"curl/", "wget/", "python-requests", "python-urllib", "python-httpx", "aiohttp", "go-http-client", "okhttp", "java/", "apache-httpclient",
		"libwww-perl", "axios/", "node-fetch", "aws-sdk-", "postmanruntime",
		"httpie/", "undici", "scrapy/", "deno/", "guzzlehttp/",
	}, Name: "Script"},
	{Any: []string{"headlesschrome", "phantomjs", "ptst/"}, Name: "Headless browser"},
	{Any: []string{"bot", "crawl", "spider", "slurp", "bubing", "ad monitoring"}, Name: "Other bot", Not: "cubot"},
}

// browsers: whoever puts his name beside "Chrome" or "Safari" stands before them.
var browsers = []Rule{
	{Any: []string{"fban/", "fbav/", "instagram"}, Name: "Meta in-app"},
	{Any: []string{
		"pinterest", "snapchat", "tiktok", "musical_ly", "bytedancewebview", "micromessenger", "telegram-android", "twitter for", "linkedinapp",
		" line/", "kakaotalk",
	}, Name: "Other in-app"},
	{Any: []string{"dalvik/", "cfnetwork"}, Name: "App"},
	{Any: []string{"edg/", "edga/", "edgios/", "edge/"}, Name: "Edge"},
	{Any: []string{"opr/", "opera", "opios/", "opt/", "opx/"}, Name: "Opera"},
	{Any: []string{"samsungbrowser/"}, Name: "Samsung Internet"},
	{Any: []string{"duckduckgo/", "ddg/"}, Name: "DuckDuckGo"},
	{Any: []string{"brave/"}, Name: "Brave"},
	{Any: []string{"vivaldi/"}, Name: "Vivaldi"},
	{Any: []string{"whale/"}, Name: "Whale"},
	{Any: []string{"yabrowser/", "yaapp_"}, Name: "Yandex"},
	{Any: []string{"coc_coc_browser/"}, Name: "Coc Coc"},
	{Any: []string{"huaweibrowser/"}, Name: "Huawei Browser"},
	{Any: []string{"ucbrowser/", "ucweb"}, Name: "UC Browser"},
	{Any: []string{"silk/"}, Name: "Silk"},
	{Any: []string{"firefox/", "fxios/"}, Name: "Firefox"},
	{Any: []string{"trident/", "msie ", "iemobile"}, Name: "Internet Explorer"},
	{Any: []string{"chrome/", "crios/", "chromium/"}, Name: "Chrome"},
	{Any: []string{"android"}, Name: "Android browser"}, // what calls itself Safari there
	{Any: []string{"safari/"}, Name: "Safari"},
	{Any: []string{"mobile/"}, Name: "App"}, // a web view of iOS
}

var systems = []Rule{
	{Any: []string{"windows"}, Name: "Windows"},
	{Any: []string{"iphone", "ipad", "ipod"}, Name: "iOS"},
	{Any: []string{"tizen"}, Name: "Tizen"},
	{Any: []string{"web0s", "webos", "hpwos"}, Name: "webOS"},
	{Any: []string{"roku/"}, Name: "Roku"},
	{Any: []string{"android"}, Name: "Android"},
	{Any: []string{"cros "}, Name: "ChromeOS"},
	{Any: []string{"mac os x", "macintosh"}, Name: "macOS"},
	{Any: []string{"blackberry", "bb10"}, Name: "BlackBerry"},
	{Any: []string{"freebsd", "openbsd", "netbsd"}, Name: "BSD"},
	{Any: []string{"linux", "x11"}, Name: "Linux"},
}

// devices: "android" without "mobile" is how Android's tablets say what they are.
var devices = []Rule{
	{Any: []string{"smart-tv", "smarttv", "tizen", "web0s", "appletv", "apple tv", "roku", "crkey", "; aft", "googletv", "android tv", "hbbtv"}, Name: TV},
	{Any: []string{"ipad", "tablet", "kindle", "silk/"}, Name: Tablet},
	{Any: []string{"iphone", "ipod", "mobi", "blackberry", "symbian", "opera mini"}, Name: Mobile},
	{Any: []string{"android"}, Name: Tablet},
	{Any: []string{"windows", "macintosh", "x11", "cros ", "linux", "bsd"}, Name: Desktop},
}

// Classify tells browser, system and device of a decoded User-Agent header.
func Classify(header string) Agent {
	if strings.TrimSpace(header) == "" {
		return Agent{Empty, Empty, Empty}
	}
	lower := strings.ToLower(header)
	if name, ok := first(bots[:healthChecks], lower); ok {
		return Agent{name, Unknown, HealthCheck}
	}
	if name, ok := first(bots, lower); ok {
		return Agent{name, Unknown, Bot}
	}
	return Agent{orUnknown(browsers, lower), orUnknown(systems, lower), orUnknown(devices, lower)}
}

func first(rules []Rule, lower string) (string, bool) {
	for _, r := range rules {
		for _, text := range r.Any {
			if strings.Contains(lower, text) && (r.Not == "" || !strings.Contains(lower, r.Not)) {
				return r.Name, true
			}
		}
	}
	return "", false
}

func orUnknown(rules []Rule, lower string) string {
	if name, ok := first(rules, lower); ok {
		return name
	}
	return Unknown
}

// BrowserCase is Classify's browser as an SQL expression over a column of decoded agents in lower case, for Trino and
// DuckDB.
func BrowserCase(column string) string { return sqlCase(column, bots, browsers) }

// SystemCase is Classify's system, as BrowserCase is its browser.
func SystemCase(column string) string { return sqlCase(column, renamed(Unknown, bots), systems) }

// DeviceCase is Classify's device, as BrowserCase is its browser.
func DeviceCase(column string) string {
	return sqlCase(column, renamed(HealthCheck, bots[:healthChecks]), renamed(Bot, bots[healthChecks:]), devices)
}

// renamed are the rules with one name for all of them.
func renamed(name string, rules []Rule) []Rule {
	out := slices.Clone(rules)
	for i := range out {
		out[i].Name = name
	}
	return out
}

func sqlCase(column string, tables ...[]Rule) string {
	var out strings.Builder
	out.WriteString("CASE WHEN trim(" + column + ") = '' THEN '" + Empty + "'")
	for _, rules := range tables {
		for _, r := range rules {
			conditions := make([]string, 0, len(r.Any))
			for _, text := range r.Any {
				conditions = append(conditions, "strpos("+column+", '"+text+"') > 0")
			}
			condition := strings.Join(conditions, " OR ")
			if r.Not != "" {
				condition = "(" + condition + ") AND strpos(" + column + ", '" + r.Not + "') = 0"
			}
			out.WriteString("\n      WHEN " + condition + " THEN '" + r.Name + "'")
		}
	}
	return out.String() + "\n      ELSE '" + Unknown + "' END"
}
