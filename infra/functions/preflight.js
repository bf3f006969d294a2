// CORS preflight: answered here for allowed origins; the answers themselves are decorated by the response headers
// policy (F3.27). Every other OPTIONS goes on.
function preflight(request) {
  var headers = request.headers;
  if (request.method !== 'OPTIONS' || !headers.origin || !headers['access-control-request-method']) {
    return null;
  }
  var origin = headers.origin.value;
  if (CORS.origins.indexOf(origin) < 0) {
    return null;
  }
  var answer = {
    'access-control-allow-origin': { value: origin },
    'access-control-allow-methods': { value: CORS.methods },
    'access-control-max-age': { value: CORS.maxAge },
    'cache-control': { value: 'no-store' },
    vary: { value: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers' }
  };
  var asked = headers['access-control-request-headers'];
  var allowed = asked ? asked.value.toLowerCase().split(',').map(function (name) {
    return name.trim();
  }).filter(function (name) {
    return CORS.headers.indexOf(name) >= 0;
  }) : [];
  if (allowed.length > 0) {
    answer['access-control-allow-headers'] = { value: allowed.join(', ') };
  }
  return { statusCode: 204, statusDescription: 'No Content', headers: answer };
}
