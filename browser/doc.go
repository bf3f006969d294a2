// Package browser is what tests need to drive pages in a real Chromium: headless, over loopback, with every
// complaint of the browser being a failure, as is a request to any other host. [Tab.Axe] holds pages to axe-core's
// rules. Without a Chromium in PATH (Debian's package chromium) the tests are skipped, which make test says in one
// line, and fail in continuous integration. The package's own tests drive the pages of site/ under the program's
// content security policy and a stricter one.
//
//	chromium -> fake edge (files as they would be published, strict headers) -> fake API (scripted answers)
//
// make screenshots keeps the pictures.
package browser
