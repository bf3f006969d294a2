// Package simtime is the time of local mode: wall time plus everything it was advanced by.
//
// Whatever happens later in the imitated services (a health check's next turn, the end of a visibility timeout, a DNS
// answer's age) is an event of one Clock. Left alone, the clock fires events when wall time reaches them, with a single
// timer for the earliest. Advance instead jumps from event to event, in order, and after each waits for the work the
// event started, so that three minutes of health checks and redeliveries happen in milliseconds and always in the same
// order.
//
// Not imitated: nothing runs slower or faster than wall time between advances, and time is never set back. Work that
// needs the machine's own clock (a Lambda function, a socket's deadline) does not use this package.
package simtime
