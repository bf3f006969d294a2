// Package loopback keeps web pages away from what local mode hears on loopback addresses.
//
// A page that is open on this machine may ask 127.0.0.1 in two ways: as a page of another site, whose requests the
// browser marks with Origin and Sec-Fetch-Site, and, after the name of its own site was pointed to 127.0.0.1 (DNS
// rebinding), as its own, when only the Host header tells. Both are refused; programs send neither header, and the
// address they were told as Host.
//
//	page of evil.example -> fetch("http://127.0.0.1:8081/")           Origin: http://evil.example    refused
//	evil.example -> 127.0.0.1, page -> fetch("/")                     Host: evil.example:8081        refused
//	AWS SDK of a function -> AWS_ENDPOINT_URL_SQS                     Host: 127.0.0.1:40123          served
package loopback
