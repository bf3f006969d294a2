// Package admin is local mode's control room: a JSON API to break and mend regions, services and the SaaS, to look at
// queues, tickets, DNS and requests, to move simulated time, and a dashboard that shows it all as it happens.
//
// It decides nothing about AWS. Everything it shows or changes belongs to other rooms and reaches it through [Options],
// which local mode's main fills in.
//
// Whoever may call it may do anything to the running topology, so it talks only to this machine: a Host that is not
// loopback is refused (DNS rebinding), and so is a request that a browser marks as coming from another page.
package admin
