// Release makes a version of Onefront and says what is in it. It reads and writes the tree at its root, -root (..).
//
//	release prepare VERSION   VERSION into version/VERSION, "Unreleased" of CHANGELOG.md becomes the version, and the
//	                          URNs of the golden graphs are the new baseline: review, commit, push
//	release version           the version that the tree says it is
//	release check             the tree is a whole release: changelog, version and baseline agree
//	release notes             what CHANGELOG.md says of it
//	release upgrades          what an update from the baseline would replace or delete, and whether CHANGELOG.md says so
//
// A resource's URN is its identity: where one that the last release had is gone, an update deletes it, and makes
// another in its place if there is one. The section "### Upgrade" of CHANGELOG.md names each of them in a code span as
// <type>::<name>, "*" standing for anything, with what an update from the last release does and what to do about it.
package main
