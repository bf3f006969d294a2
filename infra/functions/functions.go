package functions

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/onefront/onefront/handler/contract"
	"github.com/onefront/onefront/infra/sitefiles"
)

// MaxBytes is the largest function CloudFront accepts (F2.19).
const MaxBytes = 10_240

var (
	//go:embed redirect.js
	redirectJS string
	//go:embed preflight.js
	preflightJS string
	//go:embed viewerhost.js
	viewerHostJS string
	//go:embed address.js
	addressJS string
	//go:embed edge.js
	edgeJS string
	//go:embed readfailover.js
	readFailoverJS string
	//go:embed notfound.js
	notFoundJS string
)

// Request says what a viewer-request function does. The zero value does nothing.
type Request struct {
	// Redirects lead an alias ("example.org", "*.example.org") to a host: 301 for GET and HEAD, 308 for the rest.
	Redirects map[string]string
	// Served are names that never redirect, also where a wildcard of Redirects covers them.
	Served []string
	// PreflightOrigins are the origins whose CORS preflights are answered, such as "https://app.example.org".
	PreflightOrigins []string
	// ViewerHost tells the origin the name that the viewer asked, as X-Forwarded-Host. What the viewer sent under this
	// name is replaced.
	ViewerHost bool
	// Site looks paths up in the table of addresses; nil on API behaviors.
	Site *Site
	// Edge and ReadFailover choose origins; at most one of them is set.
	Edge         *EdgeChoice
	ReadFailover *ReadFailover
}

// Site serves what the table of addresses in the function's key value store says (sitefiles.Addresses). Where the
// store cannot be read it serves by the shape of a path: /about is /about/index.html, /app.js is itself.
type Site struct {
	// SPA serves /index.html for a path that is no address and has no extension known among the published files.
	SPA bool
	// NotFoundPage says that the site has a /404.html for unknown paths. Without one the function answers 404 itself.
	NotFoundPage bool
}

// EdgeChoice chooses origins by the regional edge cache a request goes through.
type EdgeChoice struct {
	// Table maps regional edge caches to origin ids, the first choice first. Two of them are used: the first two that
	// are not drained.
	Table map[string][]string
	// Default are the origin ids for every other place, of which the first that is not drained is used. Required.
	Default []string
	// Drains maps every origin id to the word that takes it out while the key [contract.DrainStoreKey] of the function's
	// key value store has it, in a list with commas. nil: no store is read.
	Drains map[string]string
	// Writes maps an origin id to the one that its writes use. Without an entry they use the same.
	Writes map[string]string
	// StatusCodes of the first origin that make reads go to the second.
	StatusCodes []int
	// NoReadFailover gives reads the first origin alone, too.
	NoReadFailover bool
}

// ReadFailover gives GET and HEAD an origin group.
type ReadFailover struct {
	OriginIDs   [2]string
	StatusCodes []int
}

// Response says what a viewer-response function does. The zero value does nothing.
type Response struct {
	// NotFound gives the 404 page its status: an answer whose [StatusMark] says 404 gets that status instead of 200, and
	// loses the mark. That a function may change the status is documented
	// (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-event-structure.html).
	NotFound bool
}

// StatusMark is the header in which S3 answers with an object's metadata of the name [StatusMetadata].
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
const (
	StatusMark     = "x-amz-meta-" + StatusMetadata
	StatusMetadata = "status"
)

// ComposeRequest writes a viewer-request function, or "" when there is nothing to do. It refuses more than
// [MaxBytes] and data that CloudFront would refuse.
func ComposeRequest(r Request) (string, error) {
	if err := r.validate(); err != nil {
		return "", err
	}
	c := composer{handler: "function handler(event) {\nvar request = event.request;\n"}
	if len(r.Redirects) > 0 {
		redirects, targets := redirectTable(r.Redirects, r.Served)
		c.data("redirect aliases", len(r.Redirects), "REDIRECTS", redirects)
		c.data("redirect targets", len(targets), "TARGETS", targets)
		c.code(redirectJS)
		c.answer("redirectAlias(request)")
	}
	if len(r.PreflightOrigins) > 0 {
		c.data("CORS origins", len(r.PreflightOrigins), "CORS", map[string]any{
			"origins": r.PreflightOrigins, "methods": strings.Join(PreflightMethods(), ", "),
			"headers": lower(PreflightHeaders()), "maxAge": fmt.Sprint(int(PreflightMaxAge.Seconds())),
		})
		c.code(preflightJS)
		c.answer("preflight(request)")
	}
	if r.ViewerHost {
		c.code(viewerHostJS)
		c.handler += "viewerHost(request);\n"
	}
	if r.Site != nil {
		c.module, c.async = true, true
		c.data("", 0, "SITE", map[string]any{
			"spa": r.Site.SPA, "page": r.Site.NotFoundPage, "root": sitefiles.RootAddress,
			"wildcards": sitefiles.WildcardsAddress, "extensions": sitefiles.ExtensionsAddress,
		})
		c.data("", 0, "HASH", sitefiles.HashRules())
		c.code(addressJS)
		c.answer("await address(request)")
	}
	if r.Edge != nil {
		c.edge(r.Edge)
	}
	if r.ReadFailover != nil {
		c.module = true
		c.data("", 0, "PAIR", r.ReadFailover.OriginIDs)
		c.data("", 0, "CODES", r.ReadFailover.StatusCodes)
		c.code(readFailoverJS)
		c.handler += "readFailover(request);\n"
	}
	if c.parts == "" {
		return "", nil
	}
	c.handler += "return request;\n}\n"
	return c.compose()
}

// ComposeResponse writes a viewer-response function, or "" when there is nothing to do.
func ComposeResponse(r Response) (string, error) {
	if !r.NotFound {
		return "", nil
	}
	c := composer{handler: "function handler(event) {\nreturn notFoundPage(event);\n}\n"}
	c.data("", 0, "MARK", StatusMark)
	c.code(notFoundJS)
	return c.compose()
}

// composer gathers the text of one function.
type composer struct {
	module, async  bool
	parts, handler string
	sizes          []string
	problems       []error
}

// data writes a constant. JSON is JavaScript, and Marshal escapes what is not: line separators and "<".
func (c *composer) data(what string, count int, name string, value any) {
	text, err := json.Marshal(value)
	if err != nil {
		c.problems = append(c.problems, err)
	}
	c.parts += "var " + name + " = " + string(text) + ";\n"
	if what != "" {
		c.sizes = append(c.sizes, fmt.Sprintf("%d %s take %d", count, what, len(text)))
	}
}

// code adds a part without comment lines, indentation and empty lines.
func (c *composer) code(source string) {
	for line := range strings.Lines(source) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "//") {
			c.parts += line + "\n"
		}
	}
}

// answer lets a part answer the request by itself (F2.29).
func (c *composer) answer(call string) {
	if !strings.Contains(c.handler, "var answer") {
		c.handler += "var answer;\n"
	}
	c.handler += "answer = " + call + ";\nif (answer) return answer;\n"
}

func (c *composer) edge(e *EdgeChoice) {
	c.module = true
	t := newOriginTable(e)
	c.data("", 0, "ORIGINS", t.origins)
	writes := make([]string, len(t.origins))
	for i, id := range t.origins {
		writes[i] = cmp.Or(e.Writes[id], id)
	}
	c.data("", 0, "WRITES", writes)
	var drains []string // null in the function
	for _, id := range t.origins {
		if e.Drains != nil {
			drains = append(drains, e.Drains[id])
		}
	}
	c.data("", 0, "DRAINS", drains)
	c.data("", 0, "DRAIN_KEY", contract.DrainStoreKey)
	c.data("edge-cache regions", t.count, "TABLE", t.rows)
	c.data("", 0, "FALLBACK", t.fallback)
	c.data("", 0, "CODES", e.StatusCodes)
	c.data("", 0, "GROUPS", !e.NoReadFailover)
	c.code(edgeJS)
	c.async = true
	c.handler += "await chooseOrigin(request);\n"
}

func (c *composer) compose() (string, error) {
	if err := errors.Join(c.problems...); err != nil {
		return "", err
	}
	code := c.parts
	if c.async {
		code += "async "
	}
	code += c.handler
	if c.module {
		// It must be the first line (F2.1).
		code = "import cf from 'cloudfront';\n" + code
	}
	if len(code) > MaxBytes {
		return "", fmt.Errorf("the function has %d bytes, CloudFront accepts %d: of these %s; use fewer or shorter names",
			len(code), MaxBytes, strings.Join(c.sizes, ", "))
	}
	return code, nil
}
