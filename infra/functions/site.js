// Clean addresses: /about and /about/ are /about/index.html. In a single-page application every path without an
// extension is /index.html.
function sitePath(uri) {
  var name = uri.slice(uri.lastIndexOf('/') + 1);
  if (name.indexOf('.') >= 0) {
    return uri;
  }
  if (SITE.spa) {
    return '/index.html';
  }
  return uri + (name === '' ? 'index.html' : '/index.html');
}
