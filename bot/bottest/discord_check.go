package bottest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"sort"
	"strings"
	"sync"
	"unicode/utf16"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

// A DiscordSpec is Discord's own specification of its REST interface. It may
// serve several loopback Discords at a time.
type DiscordSpec struct {
	router  routers.Router
	checked sync.Map // what has been found about a request, by its route, query and body
}

// discordSpecBase is where the specification's paths begin.
const discordSpecBase = "https://discord.com/api/v10"

// LoadDiscordSpec reads openapi.json of https://github.com/discord/discord-api-spec
// (API v10; the bodies in use here are the same in v9). It takes a third of a second.
func LoadDiscordSpec(path string) (*DiscordSpec, error) {
	doc, err := openapi3.NewLoader().LoadFromFile(path)
	if err != nil {
		return nil, fmt.Errorf("load discord specification %s: %w", path, err)
	}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		return nil, fmt.Errorf("index discord specification %s: %w", path, err)
	}
	return &DiscordSpec{router: router}, nil
}

// check holds a request against the specification and returns what is wrong.
// A nil spec finds nothing. Requests that differ in ids only are looked at once:
// each look compiles the schema anew, which takes up to 40 ms.
func (s *DiscordSpec) check(call *discordCall, raw []byte) []string {
	if s == nil {
		return nil
	}
	key := call.route.name + "?" + call.URL.RawQuery + " " + call.Header.Get("Content-Type") + " " + discordIDs.ReplaceAllString(string(raw), "0")
	if found, ok := s.checked.Load(key); ok {
		return found.([]string)
	}
	found := s.look(call, raw)
	if call.Context().Err() == nil {
		s.checked.Store(key, found)
	}
	return found
}

// discordIDs are snowflakes and what begins like one.
var discordIDs = regexp.MustCompile(`\d{17,20}`)

func (s *DiscordSpec) look(call *discordCall, raw []byte) []string {
	target, err := url.Parse(discordSpecBase + call.path + "?" + call.URL.RawQuery)
	if err != nil {
		return []string{fmt.Sprintf("path %q: %v", call.path, err)}
	}
	r := call.Request.Clone(call.Context())
	r.URL, r.Host, r.Body = target, target.Host, discordBody(raw)
	route, params, err := s.router.FindRoute(r)
	if err != nil {
		return []string{fmt.Sprintf("not in the specification: %v", err)}
	}
	var findings []string
	if len(raw) > 0 && !discordIsJSON(call.Request) {
		findings = append(findings, fmt.Sprintf("Content-Type %q on a JSON body", call.Header.Get("Content-Type")))
	}
	err = openapi3filter.ValidateRequest(call.Context(), &openapi3filter.RequestValidationInput{
		Request: r, Route: route, PathParams: params,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, MultiError: true},
	})
	if err != nil && !errors.Is(err, context.Canceled) {
		findings = append(findings, strings.Join(strings.Fields(err.Error()), " "))
	}
	if body := route.Operation.RequestBody; body != nil {
		if media := body.Value.Content.Get("application/json"); media != nil && media.Schema != nil {
			findings = append(findings, discordUnknownKeys([]*openapi3.Schema{media.Schema.Value}, call.body, "body")...)
		}
	}
	return findings
}

// discordUnknownKeys finds object keys that none of the schemas knows: Discord's are
// open, so that a misspelt key passes them.
func discordUnknownKeys(schemas []*openapi3.Schema, value any, at string) []string {
	schemas = discordAlternatives(schemas)
	var findings []string
	switch v := value.(type) {
	case discordMap:
		for _, key := range discordKeys(v) {
			known, open := discordPropertySchemas(schemas, key)
			switch {
			case len(known) > 0:
				findings = append(findings, discordUnknownKeys(known, v[key], at+"."+key)...)
			case !open:
				findings = append(findings, fmt.Sprintf("%s.%s is unknown to the specification", at, key))
			}
		}
	case []any:
		var items []*openapi3.Schema
		for _, s := range schemas {
			if s.Items != nil {
				items = append(items, s.Items.Value)
			}
		}
		for i, item := range v {
			findings = append(findings, discordUnknownKeys(items, item, fmt.Sprintf("%s[%d]", at, i))...)
		}
	}
	return findings
}

// discordAlternatives returns schemas with everything they are composed of.
func discordAlternatives(schemas []*openapi3.Schema) []*openapi3.Schema {
	var out []*openapi3.Schema
	for _, s := range schemas {
		out = append(out, s)
		for _, refs := range []openapi3.SchemaRefs{s.OneOf, s.AnyOf, s.AllOf} {
			for _, ref := range refs {
				out = append(out, discordAlternatives([]*openapi3.Schema{ref.Value})...)
			}
		}
	}
	return out
}

// discordPropertySchemas returns the schemas of a property; open says that one of
// them takes any.
func discordPropertySchemas(schemas []*openapi3.Schema, key string) (known []*openapi3.Schema, open bool) {
	for _, s := range schemas {
		if p := s.Properties[key]; p != nil {
			known = append(known, p.Value)
		}
		open = open || s.AdditionalProperties.Schema != nil
	}
	return known, open
}

func discordKeys(o discordMap) []string {
	keys := make([]string, 0, len(o))
	for k := range o {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// checkMessage holds a message body against what the specification leaves out
// and returns its content, or how Discord refuses it. flags are those that may
// be set here. d.mu is held.
func (d *Discord) checkMessage(c *discordCall, body discordMap, flags int) (string, *discordAnswer) {
	content, _ := body["content"].(string)
	d.checkMentions(c, body)
	var refused discordAnswer
	switch extra := discordFlags(body) &^ flags; {
	case extra != 0:
		d.find("%s: flags %d may not be set here", c.route.name, extra)
		refused = discordError(http.StatusBadRequest, 50035, "Invalid Form Body")
	case discordLen(content) > 2000:
		d.find("%s: content of %d units, limit 2000", c.route.name, discordLen(content))
		refused = discordError(http.StatusBadRequest, 50035, "Invalid Form Body")
	case strings.TrimSpace(content) == "":
		d.find("%s: empty content", c.route.name)
		refused = discordError(http.StatusBadRequest, 50006, "Cannot send an empty message")
	default:
		return content, nil
	}
	return "", &refused
}

// checkMentions asks for allowed_mentions that allow none.
func (d *Discord) checkMentions(c *discordCall, body discordMap) {
	allowed, ok := body["allowed_mentions"].(discordMap)
	parse, isList := allowed["parse"].([]any)
	users, _ := allowed["users"].([]any)
	roles, _ := allowed["roles"].([]any)
	switch {
	case !ok:
		d.find("%s: no allowed_mentions: Discord would parse every mention", c.route.name)
	case !isList:
		d.find("%s: allowed_mentions.parse is %v, want an empty list", c.route.name, allowed["parse"])
	case len(parse)+len(users)+len(roles) > 0 || allowed["replied_user"] == true:
		d.find("%s: allowed_mentions allows some: %v", c.route.name, allowed)
	}
}

func discordFlags(body discordMap) int {
	f, _ := body["flags"].(float64)
	return int(f)
}

func discordLen(s string) int { return len(utf16.Encode([]rune(s))) }
