package cloudfrontapi

// Managed cache policies, by their names (F3.1-3.5).
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
const (
	CachingDisabled                          = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
	CachingOptimized                         = "658327ea-f89d-4fab-a63d-7e88639e58f6"
	CachingOptimizedForUncompressedObjects   = "b2884449-e4de-46a7-ac36-70bc7f1ddd6d"
	UseOriginCacheControlHeaders             = "83da9c7e-98b4-4e11-a168-04f0df8e2c65"
	UseOriginCacheControlHeadersQueryStrings = "4cc15a8a-d715-48a4-82b8-cc0b614638fe"
)

// Managed origin request policies, by their names (F3.6-3.9).
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html
const (
	AllViewer                           = "216adef6-5c7f-47e4-b989-5492eafa07d3"
	AllViewerExceptHostHeader           = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
	AllViewerAndCloudFrontHeaders202206 = "33f36d7e-f396-46d9-90e0-52428a34d9dc"
	CORSS3Origin                        = "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf"
	CORSCustomOrigin                    = "59781a5b-3903-41f3-afcb-af62929ccde1"
	HostHeaderOnly                      = "bf0718e1-ba1e-49d1-88b1-f726733018ae"
	UserAgentRefererHeaders             = "acba4595-bd28-49b8-b9fe-13317c0390fa"
)

// Managed response headers policies, by their names.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-response-headers-policies.html
const (
	SimpleCORS                                = "60669652-455b-4ae9-85a4-c4c02393f86c"
	SecurityHeadersPolicy                     = "67f7725c-6f97-4210-82d7-5512b31e9d03"
	CORSAndSecurityHeadersPolicy              = "e61eb60c-9c35-4d20-a928-2b84e02af89c"
	CORSWithPreflight                         = "5cc3b908-e619-4b99-88e5-2cf7f45965bd"
	CORSWithPreflightAndSecurityHeadersPolicy = "eaab4381-ed33-4a86-88ca-d9558dc6cd63"
)
