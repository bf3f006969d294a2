// Package browser is what tests need to drive pages in a real Chromium: headless, over loopback, with every
// complaint of the browser being a failure. Tests fail, rather than pass unseen, where there is no Chromium in PATH
// (Debian's package chromium). The package's own tests drive the pages of site/ under the program's content
// security policy and a stricter one.
//
//	chromium -> fake edge (files as they would be published, strict headers) -> fake API (scripted answers)
//
// go test -artifacts ./browser keeps the screenshots.
package browser
