package cloudfront

import (
	"net"
	"net/url"
	"strconv"
	"strings"
)

// cloudFrontHeader is the value of a header that CloudFront makes itself, and whether the name is one of those.
// CF DG adding-cloudfront-headers, F2.27. A viewer is in the city of its edge. Everything but the country may be
// missing in reality; subdivisions, postal and metro codes, time zone, ASN and fingerprints are here. A viewer's own
// header of such a name never counts.
func (x *exchange) cloudFrontHeader(canonical string) (value string, ours bool) {
	rest, ours := strings.CutPrefix(canonical, "Cloudfront-")
	if !ours {
		return "", false
	}
	switch rest {
	case "Forwarded-Proto":
		return x.protocol(), true
	case "Viewer-Country":
		return x.pop.Country.Code, true
	case "Viewer-Country-Name":
		return percentEncoded(x.pop.Country.Name), true
	case "Viewer-City":
		return percentEncoded(x.pop.City), true
	case "Viewer-Latitude":
		return strconv.FormatFloat(x.pop.Place.Latitude, 'f', 5, 64), true
	case "Viewer-Longitude":
		return strconv.FormatFloat(x.pop.Place.Longitude, 'f', 5, 64), true
	case "Viewer-Address":
		if _, port, err := net.SplitHostPort(x.r.RemoteAddr); err == nil {
			return x.viewerIP + ":" + port, true
		}
		return x.viewerIP, true
	case "Viewer-Http-Version":
		return strconv.Itoa(x.r.ProtoMajor) + "." + strconv.Itoa(x.r.ProtoMinor), true
	case "Viewer-Header-Count":
		n := 1 // Host
		for _, values := range x.header {
			n += len(values)
		}
		return strconv.Itoa(n), true
	case "Viewer-Tls":
		if x.https {
			return "TLSv1.3:TLS_AES_128_GCM_SHA256:fullHandshake", true
		}
		return "", true
	}
	if device, ok := strings.CutPrefix(rest, "Is-"); ok {
		return strconv.FormatBool(isDevice(strings.TrimSuffix(device, "-Viewer"), x.r.UserAgent())), true
	}
	return "", strings.HasPrefix(rest, "Viewer-")
}

// isDevice reads User-Agent roughly (guess: CloudFront's own rules are not published).
func isDevice(kind, agent string) bool {
	has := func(s string) bool { return strings.Contains(agent, s) }
	tablet := has("iPad") || has("Tablet") || has("Android") && !has("Mobile")
	mobile := has("Mobi") || has("iPhone")
	tv := has("SmartTV") || has("SMART-TV") || has("Smart TV")
	switch kind {
	case "Android":
		return has("Android")
	case "Ios":
		return has("iPhone") || has("iPad") || has("iPod")
	case "Mobile":
		return mobile || has("iPad")
	case "Tablet":
		return tablet
	case "Smarttv":
		return tv
	case "Desktop":
		return !mobile && !tablet && !tv
	}
	return false
}

// percentEncoded encodes what is not ASCII, as the page says.
func percentEncoded(s string) string {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return url.PathEscape(s)
		}
	}
	return s
}
