// Package sitefiles turns the folder of a frontend into the list of objects to publish: which files,
// under which keys, with which content type and which cache headers.
//
// It is pure: it reads the folder and nothing else, so the same folder gives the same list on every
// machine. What it does not do: build the frontend, upload, or delete.
//
//	site/index.html            -> index.html            text/html          max-age=0, s-maxage=60, must-revalidate
//	site/assets/app-B7PI925R.js -> assets/app-B7PI925R.js text/javascript    max-age=31536000, immutable
//	site/assets/app.css        -> assets/app.css        text/css           max-age=300, s-maxage=60
package sitefiles
