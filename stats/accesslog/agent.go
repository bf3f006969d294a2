package accesslog

import "strings"

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

// A Rule gives an agent its name if it holds one of the texts, in lower case.
type Rule struct {
	Any  []string
	Name string
}

// Agent is what a User-Agent header tells.
type Agent struct{ Browser, OS, Device string }

// Automatic says that nobody looks at what this agent was sent.
func (a Agent) Automatic() bool { return a.Device == Bot || a.Device == HealthCheck }

// bots come first: most of them name a browser too. The general texts stand last.
var bots = []Rule{
	{[]string{"amazon-route53-health-check"}, "Route 53 health check"},
	{[]string{"gptbot", "oai-searchbot", "chatgpt-user"}, "OpenAI"},
	{[]string{"claudebot", "claude-user", "claude-searchbot", "anthropic-ai"}, "Anthropic"},
	{[]string{"perplexitybot", "perplexity-user"}, "Perplexity"},
	{[]string{"ccbot/"}, "Common Crawl"},
	{[]string{"bytespider"}, "ByteDance"},
	{[]string{"googlebot", "google-extended", "googleother", "adsbot-google", "mediapartners-google", "google-inspectiontool", "googleproducer", "googleprober"}, "Google"},
	{[]string{"bingbot", "bingpreview", "adidxbot"}, "Bing"},
	{[]string{"applebot"}, "Apple"},
	{[]string{"facebookexternalhit", "meta-externalagent", "meta-webindexer", "facebookbot", "facebookcatalog", "whatsapp/"}, "Meta"},
	{[]string{
		"curl/", "wget/", "python-requests", "python-urllib", "python-httpx", "aiohttp", "go-http-client", "okhttp", "java/", "apache-httpclient",
		"libwww-perl", "axios/", "node-fetch", "aws-sdk-", "postmanruntime",
	}, "Script"},
	{[]string{"headlesschrome", "phantomjs", "ptst/"}, "Headless browser"},
	{[]string{"bot", "crawl", "spider", "slurp", "bubing", "ad monitoring"}, "Other bot"},
}

// browsers: whoever puts his name beside "Chrome" or "Safari" stands before them.
var browsers = []Rule{
	{[]string{"fban/", "fbav/", "instagram"}, "Meta in-app"},
	{[]string{
		"pinterest", "snapchat", "tiktok", "musical_ly", "bytedancewebview", "micromessenger", "telegram-android", "twitter for", "linkedinapp",
		" line/", "kakaotalk",
	}, "Other in-app"},
	{[]string{"dalvik/", "cfnetwork"}, "App"},
	{[]string{"edg/", "edga/", "edgios/", "edge/"}, "Edge"},
	{[]string{"opr/", "opera", "opios/", "opt/", "opx/"}, "Opera"},
	{[]string{"samsungbrowser/"}, "Samsung Internet"},
	{[]string{"duckduckgo/", "ddg/"}, "DuckDuckGo"},
	{[]string{"brave/"}, "Brave"},
	{[]string{"vivaldi/"}, "Vivaldi"},
	{[]string{"whale/"}, "Whale"},
	{[]string{"yabrowser/", "yaapp_"}, "Yandex"},
	{[]string{"coc_coc_browser/"}, "Coc Coc"},
	{[]string{"huaweibrowser/"}, "Huawei Browser"},
	{[]string{"ucbrowser/", "ucweb"}, "UC Browser"},
	{[]string{"silk/"}, "Silk"},
	{[]string{"firefox/", "fxios/"}, "Firefox"},
	{[]string{"trident/", "msie ", "iemobile"}, "Internet Explorer"},
	{[]string{"chrome/", "crios/", "chromium/"}, "Chrome"},
	{[]string{"android"}, "Android browser"}, // what calls itself Safari there
	{[]string{"safari/"}, "Safari"},
	{[]string{"mobile/"}, "App"}, // a web view of iOS
}

var systems = []Rule{
	{[]string{"windows"}, "Windows"},
	{[]string{"iphone", "ipad", "ipod"}, "iOS"},
	{[]string{"tizen"}, "Tizen"},
	{[]string{"web0s", "webos", "hpwos"}, "webOS"},
	{[]string{"roku/"}, "Roku"},
	{[]string{"android"}, "Android"},
	{[]string{"cros "}, "ChromeOS"},
	{[]string{"mac os x", "macintosh"}, "macOS"},
	{[]string{"blackberry", "bb10"}, "BlackBerry"},
	{[]string{"freebsd", "openbsd", "netbsd"}, "BSD"},
	{[]string{"linux", "x11"}, "Linux"},
}

// devices: "android" without "mobile" is how Android's tablets say what they are.
var devices = []Rule{
	{[]string{"smart-tv", "smarttv", "tizen", "web0s", "appletv", "apple tv", "roku", "crkey", "; aft", "googletv", "android tv", "hbbtv"}, TV},
	{[]string{"ipad", "tablet", "kindle", "silk/"}, Tablet},
	{[]string{"iphone", "ipod", "mobi", "blackberry", "symbian", "opera mini"}, Mobile},
	{[]string{"android"}, Tablet},
	{[]string{"windows", "macintosh", "x11", "cros ", "linux", "bsd"}, Desktop},
}

// Classify tells browser, system and device of a decoded User-Agent header.
func Classify(header string) Agent {
	if strings.TrimSpace(header) == "" {
		return Agent{Empty, Empty, Empty}
	}
	lower := strings.ToLower(header)
	if name, ok := first(bots, lower); ok {
		device := Bot
		if name == bots[0].Name {
			device = HealthCheck
		}
		return Agent{name, Unknown, device}
	}
	return Agent{orUnknown(browsers, lower), orUnknown(systems, lower), orUnknown(devices, lower)}
}

func first(rules []Rule, lower string) (string, bool) {
	for _, r := range rules {
		for _, text := range r.Any {
			if strings.Contains(lower, text) {
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
func SystemCase(column string) string { return sqlCase(column, []Rule{merged(Unknown, bots)}, systems) }

// DeviceCase is Classify's device, as BrowserCase is its browser.
func DeviceCase(column string) string {
	return sqlCase(column, []Rule{merged(HealthCheck, bots[:1]), merged(Bot, bots[1:])}, devices)
}

// merged is one rule that gives the name to whatever one of the rules would take.
func merged(name string, rules []Rule) Rule {
	out := Rule{Name: name}
	for _, r := range rules {
		out.Any = append(out.Any, r.Any...)
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
			out.WriteString("\n      WHEN " + strings.Join(conditions, " OR ") + " THEN '" + r.Name + "'")
		}
	}
	return out.String() + "\n      ELSE '" + Unknown + "' END"
}
