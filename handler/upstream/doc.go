// Package upstream speaks to the SaaS: one try to deliver a feedback, one question for the
// topics in a minute, behind one interface with a preset per vendor.
//
//	Client.Deliver --preset.ticket--> request --SaaS--> status, headers --preset.judge--> Result
//
// What the SaaS writes is never passed on: its error bodies are read only by a preset that must
// tell a rate limit from a refusal, and topics are copied field by field.
package upstream
