// Redirect alias: a name that only leads to another.
// REDIRECTS is {parent: {label: index of TARGETS}}; the label "*" is a wildcard, which covers one label (F5.9).
function redirectAlias(request) {
  var host = request.headers.host.value.toLowerCase().replace(/:\d+$/, '');
  var dot = host.indexOf('.');
  var labels = REDIRECTS[host.slice(dot + 1)];
  if (dot < 1 || !labels) {
    return null;
  }
  var index = labels[host.slice(0, dot)];
  // An exact name wins over a wildcard. Only numbers count: an object also has what all objects have.
  if (typeof index !== 'number') {
    index = labels['*'];
  }
  if (typeof index !== 'number') {
    return null;
  }
  var query = request.rawQueryString();
  var safe = request.method === 'GET' || request.method === 'HEAD';
  return {
    statusCode: safe ? 301 : 308,
    statusDescription: safe ? 'Moved Permanently' : 'Permanent Redirect',
    headers: {
      location: { value: 'https://' + TARGETS[index] + request.uri + (query ? '?' + query : '') },
      // Without a limit browsers keep a 301 as they please, and a mistake could not be taken back.
      'cache-control': { value: 'max-age=3600' }
    }
  };
}
