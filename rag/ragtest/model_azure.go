package ragtest

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// azurePath is what stands before the name of a service: a deployment, or v1.
// https://learn.microsoft.com/azure/ai-foundry/openai/reference
var azurePath = regexp.MustCompile(`^/openai/(?:deployments/([^/]+)|v1)/`)

// azureAuthorised holds a request against Azure's rules: the key in api-key,
// and for a deployment a version and its name.
func (c *Call) azureAuthorised() bool {
	m, at := c.model, azurePath.FindStringSubmatch(c.r.URL.Path)
	switch {
	case m.opts.Key != "" && c.Request.Header.Get("Api-Key") != m.opts.Key:
		c.Body(http.StatusUnauthorized, asJSON, azureBadKey)
	case at == nil, at[1] != "" && !c.r.URL.Query().Has("api-version"), at[1] != "" && strings.HasSuffix(c.r.URL.Path, "/models"):
		c.Body(http.StatusNotFound, asJSON, `{"error":{"code":"404","message":"Resource not found"}}`)
	case at[1] != "" && !slices.Contains(m.names(), at[1]):
		c.Body(http.StatusNotFound, asJSON, azureNoDeployment)
	default:
		return true
	}
	return false
}

const (
	azureBadKey       = `{"error":{"code":"401","message":"Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription and use a correct regional API endpoint for your resource."}}`
	azureNoDeployment = `{"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again."}}`
	azureRateLimit    = `{"error":{"code":"429","message":"Requests to the ChatCompletions_Create Operation under Azure OpenAI API version 2024-10-21 have exceeded token rate limit of your current OpenAI S0 pricing tier. Please retry after 6 seconds."}}`
	azureFilter       = `{"error":{"message":"The response was filtered due to the prompt triggering Azure OpenAI's content management policy.","type":null,"param":"prompt","code":"content_filter","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation","content_filter_result":{"violence":{"filtered":true,"severity":"high"}}}}}`
)

// harmless is what Azure's content filter says of what it lets through.
func harmless() map[string]any {
	return map[string]any{"violence": map[string]any{"filtered": false, "severity": "safe"}}
}
