package docs_test

import "github.com/onefront/onefront/infra/feedback"

func init() { applicationKeys = feedback.Keys() }
