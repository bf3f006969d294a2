// Package browser drives the pages of site/ in a real Chromium: headless, over loopback, under a
// content security policy stricter than the program's own. It holds tests only. They need a Chromium
// in PATH (Debian's package chromium) and fail, rather than pass unseen, where there is none.
//
//	chromium -> fake edge (files as they would be published, strict headers) -> fake API (scripted answers)
//
// go test -artifacts ./browser keeps the screenshots.
package browser
