// Redirect alias: a name that only leads to another.
// REDIRECTS has a line per parent domain: "parent label:index label:index ", the index being that of TARGETS. The
// label "*" is a wildcard, which covers one label (F5.9); the index "-" says that the name is served although a
// wildcard covers it. Text is looked through faster than a table is built, and tables are built on every run.
function redirectTarget(host) {
  var dot = host.indexOf('.');
  var at = REDIRECTS.indexOf('\n' + host.slice(dot + 1) + ' ');
  if (dot < 1 || at < 0 || host.indexOf(' ') >= 0) {
    return null;
  }
  var line = REDIRECTS.slice(at, REDIRECTS.indexOf('\n', at + 1));
  var found = ' ' + host.slice(0, dot) + ':';
  var start = line.indexOf(found);
  if (start < 0) {
    found = ' *:';
    start = line.indexOf(found);
  }
  if (start < 0) {
    return null;
  }
  start += found.length;
  var index = line.slice(start, line.indexOf(' ', start));
  return index === '-' ? null : TARGETS[index];
}

function redirectAlias(request) {
  var target = redirectTarget(request.headers.host.value.toLowerCase().replace(/:\d+$/, ''));
  if (target === null) {
    return null;
  }
  var query = request.rawQueryString();
  var safe = request.method === 'GET' || request.method === 'HEAD';
  return {
    statusCode: safe ? 301 : 308,
    statusDescription: safe ? 'Moved Permanently' : 'Permanent Redirect',
    headers: {
      location: { value: 'https://' + target + request.uri + (query ? '?' + query : '') },
      // Without a limit browsers keep a 301 as they please, and a mistake could not be taken back.
      'cache-control': { value: 'max-age=3600' }
    }
  };
}
