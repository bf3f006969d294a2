package distribution

import (
	"net/textproto"
	"slices"
	"strconv"
	"strings"

	"github.com/onefront/onefront/aws/cloudfrontapi"
	"github.com/onefront/onefront/graph"
)

// ResponseHeadersPolicyType is the type token of own response headers policies.
const ResponseHeadersPolicyType = "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"

// ResponseHeadersPolicy says which headers the viewer's answer loses and gets.
// CF DG understanding-response-headers-policies, F3.26-3.29.
type ResponseHeadersPolicy struct {
	CORS *CORSPolicy
	// Remove are canonical names, taken away before anything is added (F3.28).
	Remove []string
	// Set are the security headers and the custom headers.
	Set []SetHeader
	// ServerTiming says whether the header is enabled; Sampling is the percentage of answers that get it unasked.
	ServerTiming bool
	Sampling     float64
}

// SetHeader is a header that the viewer's answer gets.
type SetHeader struct {
	Name, Value string
	// Override says that the origin's value loses.
	Override bool
}

// CORSPolicy are the headers for requests of other origins (F3.27). Lists are joined as the headers show them.
type CORSPolicy struct {
	Origins               []string
	Methods, Headers      string
	ExposeHeaders, MaxAge string
	Credentials, Override bool
}

// allMethodsText is what the method ALL stands for in Access-Control-Allow-Methods.
const allMethodsText = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"

type responseHeadersPolicyInputs struct {
	Comment graph.NoLocalMeaning `json:"comment"` // text for people
	Name    graph.NoLocalMeaning `json:"name"`    // behaviors name policies by id
	Etag    graph.NoLocalMeaning `json:"etag"`    // version of the policy, for updates
	CORS    *corsInputs          `json:"corsConfig"`
	Custom  struct {
		Items []struct {
			Header   string `json:"header"`
			Value    string `json:"value"`
			Override bool   `json:"override"`
		} `json:"items"`
	} `json:"customHeadersConfig"`
	Remove struct {
		Items []struct {
			Header string `json:"header"`
		} `json:"items"`
	} `json:"removeHeadersConfig"`
	Security     securityInputs `json:"securityHeadersConfig"`
	ServerTiming struct {
		Enabled  bool    `json:"enabled"`
		Sampling float64 `json:"samplingRate"`
	} `json:"serverTimingHeadersConfig"`
}

type corsInputs struct {
	Credentials bool  `json:"accessControlAllowCredentials"`
	Headers     items `json:"accessControlAllowHeaders"`
	Methods     items `json:"accessControlAllowMethods"`
	Origins     items `json:"accessControlAllowOrigins"`
	Expose      items `json:"accessControlExposeHeaders"`
	MaxAge      *int  `json:"accessControlMaxAgeSec"`
	Override    bool  `json:"originOverride"`
}

type securityInputs struct {
	CSP *struct {
		Value    string `json:"contentSecurityPolicy"`
		Override bool   `json:"override"`
	} `json:"contentSecurityPolicy"`
	ContentType *struct {
		Override bool `json:"override"`
	} `json:"contentTypeOptions"`
	Frame *struct {
		Value    string `json:"frameOption"`
		Override bool   `json:"override"`
	} `json:"frameOptions"`
	Referrer *struct {
		Value    string `json:"referrerPolicy"`
		Override bool   `json:"override"`
	} `json:"referrerPolicy"`
	HSTS *struct {
		MaxAge            int  `json:"accessControlMaxAgeSec"`
		IncludeSubdomains bool `json:"includeSubdomains"`
		Preload           bool `json:"preload"`
		Override          bool `json:"override"`
	} `json:"strictTransportSecurity"`
	XSS *struct {
		Protection bool   `json:"protection"`
		ModeBlock  bool   `json:"modeBlock"`
		ReportURI  string `json:"reportUri"`
		Override   bool   `json:"override"`
	} `json:"xssProtection"`
}

func newResponseHeadersPolicy(r *graph.Taken) *ResponseHeadersPolicy {
	var in responseHeadersPolicyInputs
	r.Read(&in)
	p := &ResponseHeadersPolicy{
		CORS: in.CORS.policy(), Set: in.Security.headers(),
		ServerTiming: in.ServerTiming.Enabled, Sampling: in.ServerTiming.Sampling,
	}
	for _, h := range in.Custom.Items {
		p.Set = append(p.Set, SetHeader{textproto.CanonicalMIMEHeaderKey(h.Header), h.Value, h.Override})
	}
	for _, h := range in.Remove.Items {
		name := textproto.CanonicalMIMEHeaderKey(h.Header)
		if !cloudfrontapi.Removable(name) {
			r.Refuse("removeHeadersConfig.items", h.Header, "CloudFront does not let a policy remove this header")
		}
		p.Remove = append(p.Remove, name)
	}
	if p.Sampling < 0 || p.Sampling > 100 {
		r.Refuse("serverTimingHeadersConfig.samplingRate", p.Sampling, "want 0 to 100")
	}
	return p
}

func (c *corsInputs) policy() *CORSPolicy {
	if c == nil {
		return nil
	}
	p := &CORSPolicy{
		Origins: c.Origins.Items, Headers: strings.Join(c.Headers.Items, ", "), Methods: strings.Join(c.Methods.Items, ", "),
		ExposeHeaders: strings.Join(c.Expose.Items, ", "), Credentials: c.Credentials, Override: c.Override,
	}
	if slices.Contains(c.Methods.Items, "ALL") {
		p.Methods = allMethodsText
	}
	if c.MaxAge != nil {
		p.MaxAge = strconv.Itoa(*c.MaxAge)
	}
	return p
}

func (s securityInputs) headers() []SetHeader {
	var set []SetHeader
	if h := s.CSP; h != nil {
		set = append(set, SetHeader{"Content-Security-Policy", h.Value, h.Override})
	}
	if h := s.ContentType; h != nil {
		set = append(set, SetHeader{"X-Content-Type-Options", "nosniff", h.Override})
	}
	if h := s.Frame; h != nil {
		set = append(set, SetHeader{"X-Frame-Options", h.Value, h.Override})
	}
	if h := s.Referrer; h != nil {
		set = append(set, SetHeader{"Referrer-Policy", h.Value, h.Override})
	}
	if h := s.HSTS; h != nil {
		value := "max-age=" + strconv.Itoa(h.MaxAge)
		if h.IncludeSubdomains {
			value += "; includeSubDomains"
		}
		if h.Preload {
			value += "; preload"
		}
		set = append(set, SetHeader{"Strict-Transport-Security", value, h.Override})
	}
	if h := s.XSS; h != nil {
		value := "0"
		switch {
		case h.Protection && h.ModeBlock:
			value = "1; mode=block"
		case h.Protection && h.ReportURI != "":
			value = "1; report=" + h.ReportURI
		case h.Protection:
			value = "1"
		}
		set = append(set, SetHeader{"X-Xss-Protection", value, h.Override})
	}
	return set
}
