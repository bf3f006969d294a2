package settings

import "github.com/onefront/onefront/handler/contract"

// RegionHeader tells the SaaS which region accepted a feedback.
const RegionHeader = contract.RegionHeader

// Environment variables that the feedback application sets on both of its functions.
const (
	Variable                = "ONEFRONT_UPSTREAM"                   // the Settings, encoded
	APIKeyParameterVariable = "ONEFRONT_UPSTREAM_API_KEY_PARAMETER" // the name of the SecureString with the SaaS key
	QueueURLVariable        = "ONEFRONT_QUEUE_URL"                  // what the SaaS did not take yet
	DeadLettersURLVariable  = "ONEFRONT_DEAD_LETTER_QUEUE_URL"      // what it will never take
	HandlerAPI              = "api"                                 // handler string of the function that answers visitors
	HandlerRedelivery       = "redelivery"                          // handler string of the function that reads the queue
)
