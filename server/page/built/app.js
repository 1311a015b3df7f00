/* Built by scripts/build_page.sh. Holds Preact (MIT) and htm (Apache-2.0), both by Jason Miller and others. */
var T,hn,oo,ne,xt,Ve,bn,Ke,gn,Tt,Ct,ro,Oe=Symbol.for("pv"),Ge={},Xe=[],io=/^m(i|n|o|s|text|space)$/,St=Array.isArray,Pt=Xe.slice,we=Object.assign;function $e(e){e&&e.parentNode&&e.remove()}function _n(e,t,n){var s,r,o,i={},l=arguments.length;for(o in t)o=="key"?s=t[o]:o=="ref"&&typeof e!="function"?r=t[o]:i[o]=t[o];return l>2&&(i.children=l>3?Pt.call(arguments,2):n),Re(e,i,s,r,null)}function Re(e,t,n,s,r){var o={type:e,props:t,key:n,ref:s,__k:null,__:null,__b:0,__e:null,__c:null,constructor:Oe,__v:r||++hn,__i:-1,__u:0};return!r&&T.vnode&&T.vnode(o),o}function Qe(e){return e.children}function ze(e,t){this.props=e,this.context=t,this.__g=0}function se(e,t){if(t==null)return e.__&&se(e.__,e.__i+1);for(var n;t<e.__k.length;t++)if((n=e.__k[t])&&n.__e)return n.__e;return typeof e.type!="function"||e.props.__P?null:se(e)}function ao(e){var t,n=e.__v,s=n.__e,r=[],o=[],i=e.__P;i&&((t=we({constructor:Oe},n)).__v=n.__v+1,T.vnode&&T.vnode(t),Et(i,t,n,e.__n,i.namespaceURI,32&n.__u?[s]:null,r,s||se(n),32&n.__u,o),t.__v=n.__v,t.__.__k[t.__i]=t,xn(r,t,o),n.__=n.__e=null,t.__e!=s&&$n(t))}function $n(e){if((e=e.__)&&e.__c&&!e.props.__P)return e.__e=null,e.__k.some(function(t){return t&&(e.__e=t.__e)}),$n(e)}function pn(e){(8&e.__g||(e.__g|=8,ne.push(e),Ve++))&&xt==T.debounceRendering||((xt=T.debounceRendering)||queueMicrotask)(wn)}function wn(){try{for(var e,t=1;ne.length;)ne.length>t&&ne.sort(bn),e=ne.shift(),t=ne.length,8&e.__g&&ao(e)}finally{(Ve=ne.length)&&(xt||queueMicrotask)(wn)}}function vn(e,t,n,s,r,o,i,l,c,b,d){var f,p,u,h,w,g,m=s.__k||Xe,y=t.length;for(c=lo(n,t,m,c,y),f=0;f<y;f++)(u=n.__k[f])!=null&&(p=~u.__i&&m[u.__i]||Ge,u.__i=f,g=Et(e,u,p,r,o,i,l,c,b,d),h=u.__e,(p.ref!=u.ref||8&p.__u)&&(p.ref&&At(p.ref,null,u,p),u.ref&&d.push(u.ref,u.__c||h,u)),w=w||h,4&u.__u?(c=kn(u,c,e,!p.__v),p.__e&&(p.__e=null)):typeof u.type=="function"&&g!==void 0?c=g:h&&(c=h.nextSibling),u.__u&=-21);return n.__e=w,c}function lo(e,t,n,s,r){var o,i,l,c,b,d,f,p,u,h=n.length,w=h,g=0,m=0,y=e.__k=Array(r);for(o=0;o<r;o++)(i=t[o])!=null&&typeof i!="boolean"&&typeof i!="function"?(typeof i!="object"||i.constructor===String?i=y[o]=Re(null,i):St(i)?i=y[o]=Re(Qe,{children:i}):i.constructor===Oe&&i.__b?i=y[o]=Re(i.type,i.props,i.key,i.ref,i.__v):y[o]=i,c=o+g,i.__=e,i.__b=e.__b+1,l=null,~(b=i.__i=co(i,n,c,w))&&(w--,(l=n[b])&&(l.__u|=2)),l&&l.__v?(i.__u|=16,b==c-1?g--:b==c+1?g++:b!=c&&(b>c?g--:g++,m=1)):(~b||(r>h?g--:r<h&&g++),typeof i.type!="function"&&(i.__u|=4))):y[o]=null;if(m){for(d=[],f=[],o=0;o<r;o++)if((i=y[o])&&16&i.__u){for(g=0,p=d.length;g<p;)d[u=g+p>>1]<i.__i?g=u+1:p=u;d[g]=i.__i,f[o]=g+1}for(g=d.length;o--;)f[o]&&(f[o]==g?g--:y[o].__u|=4)}if(w)for(o=0;o<h;o++)!(l=n[o])||2&l.__u||(l.__e==s&&(s=se(l)),Nt(l,l));return s}function kn(e,t,n,s){var r,o,i,l;if(typeof e.type=="function"){if(e.props.__P)return t;if(r=e.__k)for(o=0;o<r.length;o++)r[o]&&(r[o].__=e,t=kn(r[o],t,n,!1));return t}for(t&&!t.parentNode&&(t=se(e))&&!t.parentNode&&(t=null),i=e.__e,l=t;l&&l.nodeType==8;)l=l.nextSibling;for(i!=l&&(!s&&n.moveBefore&&i.parentNode?n.moveBefore(i,t):n.insertBefore(i,t||null)),t=i;(t=t&&t.nextSibling)&&t.nodeType==8&&!t.data.startsWith("$s"););return t}function co(e,t,n,s){var r,o=e.key,i=e.type,l=t[n],c=l&&!(2&l.__u);if(l===null&&o==null||c&&o==l.key&&i==l.type)return n;if(s>(c?1:0)){for(r=n-1;r>=0;r--)if((l=t[r])&&!(2&l.__u)&&o==l.key&&i==l.type)return r;for(r=n+1;r<t.length;r++)if((l=t[r])&&!(2&l.__u)&&o==l.key&&i==l.type)return r}return-1}function mn(e,t,n){n==null&&(n=""),t[0]=="-"?e.setProperty(t,n):e[t]=n}function Be(e,t,n,s,r){var o,i;if(t=="style")if(typeof n=="string")e.style.cssText=n;else{if(typeof s=="string"&&(e.style.cssText=s=""),s)for(t in s)n&&t in n||mn(e.style,t);if(n)for(t in n)s&&n[t]==s[t]||mn(e.style,t,n[t])}else if(t[0]=="o"&&t[1]=="n")typeof n!="function"&&(n=null),typeof s!="function"&&(s=null),(e.__e||(e.__e={}))[t]=n,n&&s||(i=Ct[t]||(Ct[t]=uo(t)),(e.__a||(e.__a={}))[t]=Tt,o=t!=(t=t.replace(gn,"$1")),(t=t.slice(2))[0]<"a"&&(t=t.toLowerCase()),n?e.addEventListener(t,i,o):e.removeEventListener(t,i,o));else{if(r=="http://www.w3.org/2000/svg")t=t.replace(/xlink(H|:h)/,"h").replace(/sName$/,"s");else if(t!="width"&&t!="height"&&t!="href"&&t!="list"&&t!="form"&&t!="tabIndex"&&t!="download"&&t!="rowSpan"&&t!="colSpan"&&t!="role"&&t!="popover"&&t in e)try{return void(e[t]=n??"")}catch{}if(typeof n=="function")return;n==null||n===!1&&t[4]!="-"?e.removeAttribute(t):e.setAttribute(t,t=="popover"&&n==1?"":n)}}function uo(e){return function(t){var n=this.__e;if(n){if(n=n[e],t[Ke]==null)t[Ke]=Tt++;else if(t[Ke]<this.__a[e])return;return n(T.event?T.event(t):t)}}}function Et(e,t,n,s,r,o,i,l,c,b){var d,f,p,u,h,w,g,m,y,M,P,yt,dn,We,ge,fn,te,_e,Y=t.type;if(t.constructor!==Oe)return null;128&n.__u&&(c=32&n.__u,d=n.__c.__z)&&(t.__u|=c,f=o=[],d.nodeType==8?l=Je(d,o):o.push(d),l=o[0]||l),(d=T.__b)&&d(t);e:if(typeof Y=="function"){p=i.length;try{if(m=t.props,y=(d=Y.prototype)&&d.render,M=(d=Y.contextType)&&s[d.__c],P=d?M?M.props.value:d.__:s,(u=n.__c)?(t.__c=u,2&u.__g&&(u.__g|=1)):(y?t.__c=u=new Y(m,P):(t.__c=u=new ze(m,P),u.constructor=Y,u.render=po),M&&M.sub(u),u.state||(u.state={}),u.__n=s,u.__g|=8,u.__h=[],u.__k=[]),y&&(u.__s||(u.__s=u.state),Y.getDerivedStateFromProps&&(u.__s==u.state&&(u.__s=we({},u.__s)),we(u.__s,Y.getDerivedStateFromProps(m,u.__s)))),h=u.props,w=u.state,u.__v=t,n.__c){if(m!==h&&y&&!Y.getDerivedStateFromProps&&u.componentWillReceiveProps&&u.componentWillReceiveProps(m,P),t.__v==n.__v&&!(8&u.__g)||!(4&u.__g)&&u.shouldComponentUpdate&&u.shouldComponentUpdate(m,u.__s,P)===!1){t.__v!=n.__v&&(u.props=m,u.state=u.__s,u.__g&=-9),t.__e=n.__e,t.__k=n.__k,t.__k.some(function(j){j&&(j.__=t)}),Xe.push.apply(u.__h,u.__k),u.__k=[],u.__h.length&&i.push(u),l=se(n);break e}u.componentWillUpdate&&u.componentWillUpdate(m,u.__s,P),y&&u.componentDidUpdate&&u.__h.push(function(){u.componentDidUpdate(h,w,g)})}else y&&!Y.getDerivedStateFromProps&&u.componentWillMount&&u.componentWillMount(),y&&u.componentDidMount&&u.__h.push(u.componentDidMount);u.context=P,u.props=m,u.__P=e,u.__g&=-5,yt=T.__r,dn=y?25:0;do u.__g&=-9,yt&&yt(t),d=u.render(u.props,u.state=u.__s,u.context);while(8&u.__g&&++dn<25);y&&(Xe.push.apply(u.__h,u.__k),u.__k=[]),u.state=u.__s,u.getChildContext&&(s=we({},s,u.getChildContext())),y&&n.__c&&u.getSnapshotBeforeUpdate&&(g=u.getSnapshotBeforeUpdate(h,w)),We=d&&d.type===Qe&&d.key==null?d.props.children:d,m.__P&&(d=l,r=(e=m.__P).namespaceURI,c=o=null,n.props&&n.props.__P!=e&&(n.__k.some(function(j){j&&Nt(j,j)}),n.__k=null),l=n.__k?se(n,0):null),l=vn(e,St(We)?We:[We],t,n,s,r,o,i,l,c,b),m.__P&&(t.__e=null,l=d),t.__u&=-161,f&&f.some($e),u.__h.length&&i.push(u),1&u.__g&&(u.__g&=-4)}catch(j){if(i.length=p,t.__v=null,c||o)if(j&&j.then){if(t.__u|=128|c,o){for(~(te=o.indexOf(l||void 0))||(te=o.length);(_e=o[te-1])&&_e.nodeType==8;)te--;for(;te<o.length;te++)if(_e=o[te])if(o[te]=null,ge){if(_e==fn)break}else{if(_e.nodeType!=8)break;_e.data.startsWith("$s")&&(fn=Je(ge=_e))}}if(!ge){for(;l&&l.nodeType==8&&l.nextSibling;)l=l.nextSibling;ge=l}(d=Je(ge=t.__c.__z||(t.__c.__z=ge)))?(t.__e=ge,l=d):t.__e=l,l=l&&l.nextSibling}else o&&o.some($e);else t.__e=n.__e;t.__k||(t.__k=n.__k||[]),j&&j.then||yn(t),T.__e(j,t,n)}}else l=t.__e=fo(n.__e,t,n,s,r,o,i,c,b,e);return(d=T.diffed)&&d(t),l}function Je(e,t){if(e&&e.nodeType==8&&e.data.startsWith("$s"))for(var n=1;e=e.nextSibling;){if(e.nodeType==8){if(e.data.startsWith("$s"))n++;else if(e.data.startsWith("/$s")&&!--n)return e}t&&t.push(e)}}function yn(e){e&&(e.__c&&(e.__c.__g|=4),e.__k&&e.__k.some(yn))}function xn(e,t,n){for(var s=0;s<n.length;)At(n[s++],n[s++],n[s++]);T.__c&&T.__c(t,e),e.some(function(r){try{e=r.__h,r.__h=[],e.some(function(o){o.call(r)})}catch(o){T.__e(o,r.__v)}})}function fo(e,t,n,s,r,o,i,l,c,b){var d,f,p,u,h,w,g,m,y=n.props||Ge,M=t.props,P=t.type;if(P=="svg"?r="http://www.w3.org/2000/svg":P=="math"?r="http://www.w3.org/1998/Math/MathML":r||(r="http://www.w3.org/1999/xhtml"),o){for(d=0;d<o.length;d++)if((h=o[d])&&(P?h.localName==P:h.nodeType==3)){e=h,o[d]=null;break}}if(!e){if(m=b.ownerDocument||document,!P)return m.createTextNode(M);e=m.createElementNS(r,P,M.is?M:b),l&&(T.__m&&T.__m(t,o),l=!1),o=null}if(P){if(b=P=="template"&&e.content||e,o=P=="textarea"&&M.defaultValue!=null?null:o&&Pt.call(b.childNodes),!l&&o)for(y={},d=0;d<e.attributes.length;d++)y[(h=e.attributes[d]).name]=h.value;for(d in y)h=y[d],d=="dangerouslySetInnerHTML"?p=h:d=="children"||d in M||d=="value"&&"defaultValue"in M||d=="checked"&&"defaultChecked"in M||Be(e,d,null,h,r);for(d in M)h=M[d],d=="children"?u=h:d=="dangerouslySetInnerHTML"?f=h:d=="value"?w=h:d=="checked"?g=h:l&&typeof h!="function"||y[d]===h||Be(e,d,h,y[d],r);f?(l||p&&(f.__html==p.__html||f.__html==e.innerHTML)||(e.innerHTML=f.__html),t.__k=[]):(p&&(e.textContent=""),(P=="foreignObject"||r=="http://www.w3.org/1998/Math/MathML"&&io.test(P))&&(r="http://www.w3.org/1999/xhtml"),vn(b,St(u)?u:[u],t,n,s,r,o,i,o?o[0]:n.__k&&se(n,0),l,c),o&&o.some($e)),l&&P!="textarea"||(d="value",P=="progress"&&w==null?e.removeAttribute(d):w==null||w===e[d]&&(P!="progress"||w)||Be(e,d,w,y[d],r),d="checked",g!=null&&g!=e[d]&&Be(e,d,g,y[d],r))}else y===M||l&&e.data==M||(e.data=M);return e}function At(e,t,n,s){try{typeof e=="function"?t?t.__x=e(t)||1:s&&(s=s.__c||s.__e)&&(t=s.__x)&&(s.__x=null,typeof t=="function"?t():e(null)):e.current=t}catch(r){T.__e(r,n)}}function Nt(e,t,n){var s,r,o,i;if(T.unmount&&T.unmount(e),!(s=e.ref)||s.current&&s.current!=e.__e||At(s,null,t,e),s=e.__c){if(s.componentWillUnmount)try{s.componentWillUnmount()}catch(l){T.__e(l,t)}s.__P=s.__n=null}if(s=e.__k)for(i=0;i<s.length;i++)s[i]&&Nt(s[i],t,typeof e.type!="function"||n&&!e.props.__P);!n&&(s=e.__c)&&(s=s.__z)&&(r=Je(s,o=[]))&&(s==e.__e&&o.some($e),$e(r),$e(s)),n||$e(e.__e),e.__e=e.__c=e.__=null}function po(e,t,n){return this.constructor(e,n)}function Cn(e,t){var n,s,r,o;T.__&&T.__(e,t),t.nodeType==9&&(t=t.documentElement),s=(n=e&&32&e.__u)?null:t.__k,t.__k=Re(Qe,{children:[e]}),r=[],o=[],Et(t,t.__k,s||Ge,Ge,t.namespaceURI,s?null:t.firstChild?Pt.call(t.childNodes):null,r,s?s.__e:t.firstChild,n,o),xn(r,t.__k,o),t.__k.props.children=null}T={__e:function(e,t,n,s){for(var r,o,i;t=t.__;)if((r=t.__c)&&!(1&r.__g)){r.__g|=4;try{if((i=(o=r.constructor)&&o.getDerivedStateFromError)&&r.setState(o.getDerivedStateFromError(e)),r.componentDidCatch&&(r.componentDidCatch(e,s||{}),i=1),i&&8&r.__g)return void(r.__g|=2)}catch(l){e=l}}throw Ve=0,e}},hn=0,oo=function(e){return e!=null&&e.constructor===Oe},ze.prototype.setState=function(e,t){var n=this.__s;n&&n!=this.state||(n=this.__s=we({},this.state)),typeof e=="function"&&(e=e(we({},n),this.props)),e&&(we(n,e),this.__v&&(t&&this.__k.push(t),pn(this)))},ze.prototype.forceUpdate=function(e){this.__v&&(this.__g|=4,e&&this.__h.push(e),pn(this))},ze.prototype.render=Qe,ne=[],Ve=0,bn=function(e,t){return e.__v.__b-t.__v.__b},Ke=Symbol(),gn=/(PointerCapture)$|Capture$/i,Tt=0,Ct={},ro=0;var Se,A,Mt,Tn,It=Object.is,Ye=0,Dn=[],Lt=[],E=T,Sn=E.__b,Pn=E.__r,En=E.diffed,An=E.__c,Nn=E.unmount,Mn=E.__;function Ze(e,t){E.__h&&E.__h(A,e,Ye||t),Ye=0;var n=A.__H||(A.__H={__:[],__h:[]});return e>=n.__.length&&n.__.push({}),n.__[e]}function _(e){return Ye=1,mo(Un,e)}function mo(e,t,n){var s=Ze(Se++,2);if(s.t=e,!s.__c&&(s.__=[n?n(t):Un(void 0,t),function(o){var i=(s.__N||s.__)[0],l=s.t(i,o);It(i,l)||(s.__N=[l,s.__[1]],s.__c.setState({}))}],s.__c=A,!A.__f)){A.__f=!0;var r=A.shouldComponentUpdate;A.shouldComponentUpdate=function(o,i,l){var c=this.__H;if(!c)return!0;var b=!1,d=this.props!=o;if(c.__.some(function(p){p.__N&&(b=!0,It(p.__[0],p.__N[0])||(d=!0))}),r){var f=r.call(this,o,i,l);return b?f||d:f}return!b||d}}return s.__}function x(e,t){var n=Ze(Se++,3);!E.__s&&On(n.__H,t)&&(n.__P=!0,n.__=e,n.u=t,A.__H.__h.push(n))}function N(e){return Ye=5,ho(function(){return{current:e}},[])}function ho(e,t){var n=Ze(Se++,7);return On(n.__H,t)&&(n.__=e(),n.__H=t),n.__}function Rn(){var e=Ze(Se++,11);if(!e.__){for(var t=A.__v;!t.__m&&t.__;)t=t.__;var n=t.__m||(t.__m=[0,0]);e.__="P"+n[0]+"-"+n[1]++}return e.__}function bo(){var e;do{for(;e=Lt.shift();)try{Ue(e)}catch(n){E.__e(n,{__:(e=e.__P)&&e.__v})}for(;e=Dn.shift();){var t=e.__H;if(e.__P&&t)try{t.__h.some(Ue),t.__h.some(Dt),t.__h=[]}catch(n){t.__h=[],E.__e(n,e.__v)}}}while(Lt.length)}E.__b=function(e){A=null,Sn&&Sn(e)},E.__=function(e,t){e&&t.__k&&t.__k.__m&&(e.__m=t.__k.__m),Mn&&Mn(e,t)},E.__r=function(e){Pn&&Pn(e),Se=0;var t=(A=e.__c).__H;t&&(Mt==A?A.__h=[]:(t.__h.some(Ue),t.__h.some(Dt),Se=0),t.__h=[],t.__.some(function(n){n.__N&&(n.__=n.__N),n.u=n.__N=void 0})),Mt=A},E.diffed=function(e){En&&En(e);var t=e.__c;t&&t.__H&&(t.__H.__h.length&&Ln(Dn.push(t)),t.__H.__.some(function(n){n.u&&(n.__H=n.u)})),Mt=A=null},E.__c=function(e,t){t.some(function(n){try{n.__h.some(Ue),n.__h=n.__h.filter(function(s){return!s.__||Dt(s)})}catch(s){n.__h=[function(){throw s}]}}),An&&An(e,t)},E.unmount=function(e){Nn&&Nn(e);var t,n,s=e.__c;s&&s.__H&&(s.__H.__.some(function(r){try{if(r.__P&&r.__c){if(n===void 0){for(n=e.__;n&&(!n.__c||!n.__c.__P);)n=n.__;n=n&&n.__c}r.__P=n,Ln(Lt.push(r))}else Ue(r)}catch(o){t=o}}),s.__H=void 0,t&&E.__e(t,s.__v))};var In=typeof requestAnimationFrame=="function";function go(e){var t,n=function(){clearTimeout(s),In&&cancelAnimationFrame(t),setTimeout(e)},s=setTimeout(n,35);In&&(t=requestAnimationFrame(n))}function Ln(e){e!=1&&Tn==E.requestAnimationFrame||((Tn=E.requestAnimationFrame)||go)(bo)}function Ue(e){var t=A,n=e.__c;typeof n=="function"&&(e.__c=void 0,n()),A=t}function Dt(e){var t=A;e.__c=e.__(),A=t}function On(e,t){return!e||e.length!=t.length||t.some(function(n,s){return!It(n,e[s])})}function Un(e,t){return typeof t=="function"?t(e):t}function C(e){let t=new Set;return{get:()=>e,set(n){if(n!==e){e=n;for(let s of[...t])s()}},subscribe(n){return t.add(n),()=>{t.delete(n)}}}}function k(e){let[t,n]=_(()=>e.get());return x(()=>{let s=()=>n(()=>e.get());return s(),e.subscribe(s)},[e]),t}var Rt="simdb-token",R=C(sessionStorage.getItem(Rt)),ve=C("");function Ot(e){sessionStorage.setItem(Rt,e),ve.set(""),R.set(e)}function _o(e){sessionStorage.removeItem(Rt),ve.set(e),R.set(null)}var U=class extends Error{constructor(n,s){super(s);this.status=n}status},$o="The server can’t be reached.";function wo(e,t){if(e===413)return"This picture is too large for the server.";if(e===415)return"This file is no picture that can be read here.";if(e===503)return"The server is busy. Try again in a moment.";if(e===507)return"The disk of the server is full: nothing was stored.";let n=t||"The server failed.";return n.charAt(0).toUpperCase()+n.slice(1)+(/[.!?]$/.test(n)?"":".")}var vo=e=>new Promise(t=>setTimeout(t,e*1e3));async function I(e,t={}){let n=R.get(),s=new Headers(n?{Authorization:"Bearer "+n}:{}),r=t.body;t.body&&s.set("Content-Type",t.body.type||"application/octet-stream"),t.json!==void 0&&(s.set("Content-Type","application/json"),r=JSON.stringify(t.json));for(let o=1;;++o){let i;try{i=await fetch(e,{method:t.method??"GET",headers:s,body:r,signal:t.signal,credentials:"omit",redirect:"error"})}catch(c){throw t.signal?.aborted?c:new U(0,navigator.onLine?$o:"This device is offline.")}if(i.ok)return i;if(i.status===503&&o<4){await vo(Math.min(Number(i.headers.get("Retry-After"))||1,10));continue}let l="";try{l=String((await i.json()).detail??"")}catch{}throw i.status===401&&n!==null&&R.get()===n&&_o("The token isn’t valid any more."),new U(i.status,wo(i.status,l))}}async function q(e,t={}){return await(await I(e,t)).json()}async function Hn(){let e=location.hash.slice(1);if(!(!e||e.startsWith("/"))&&(history.replaceState(null,"",location.pathname),!R.get()))try{let t=await q("/v1/session",{method:"POST",json:{code:e}});Ot(t.token)}catch(t){let n=t instanceof U&&t.status===401;ve.set(n?"This link was used before: it opens the page once.":t.message)}}var jn=async()=>(await q("/v1/classes")).classes,oe=(e,t,n=0)=>q(`/v1/items?class=${encodeURIComponent(e)}&limit=${t}&after=${n}`),Fn=!0;async function et(e,{isKept:t=!1}={}){let n="/v1/query?why=true";if(t&&Fn)try{return await q(n+"&keep-unknown=true",{method:"POST",body:e})}catch(s){if(!(s instanceof U)||s.status!==403)throw s;Fn=!1}return q(n,{method:"POST",body:e})}var qn=(e,t)=>q("/v1/items?class="+encodeURIComponent(e),{method:"POST",body:t}),tt=e=>I("/v1/items/"+e,{method:"DELETE"}),Wn=e=>I("/v1/items/delete",{method:"POST",json:{ids:e}}),Fe=(e,t)=>I("/v1/items/move",{method:"POST",json:{ids:e,class:t}}),Bn=e=>I("/v1/classes/delete",{method:"POST",json:{class:e}}),nt=(e,t,n=!1)=>I("/v1/classes/rename",{method:"POST",json:{from:e,to:t,merge:n}});var re=C("joining"),L=C(0),ie=C(null),ko=C(null),rt=C(0),yo=4e4,xo=15,Co=2e4,st=null,Ut=()=>{},ot=new AbortController,it=!1,zn=()=>{};function To(e){return new Promise(t=>{let n=performance.now()+e*1e3,s=setInterval(()=>{let r=n-performance.now();rt.set(Math.max(0,Math.ceil(r/1e3))),r<=0&&Ut()},200);Ut=()=>{clearInterval(s),rt.set(0),t()}})}var at=()=>Ut();async function So(e,t){let n=await I("/v1/events"+(st===null?"":"?since="+st),{signal:e});t(),L.set(L.get()+1),re.set("live");let s=n.body.pipeThrough(new TextDecoderStream).getReader(),r="";for(;;){let{done:o,value:i}=await s.read();if(o)return;t(),r+=i;let l=r.split(`

`);r=l.pop();for(let c of l){let b=/^event: (\w+)$/m.exec(c)?.[1],d=/^data: (.*)$/m.exec(c)?.[1];b==="unknowns"&&d&&ie.set(JSON.parse(d).total),b==="job"&&d&&ko.set(JSON.parse(d));let f=/^id: (\d+)$/m.exec(c)?.[1];!f||f===st||(st=f,L.set(L.get()+1))}}}async function Jn(){let e=0;for(;;){if(!R.get()){await new Promise(r=>{let o=R.subscribe(()=>{o(),r()})});continue}if(it){await new Promise(r=>{zn=r});continue}ot=new AbortController;let t=0,n=()=>{clearTimeout(t),t=setTimeout(()=>ot.abort(),yo)},s=performance.now();n();try{await So(ot.signal,n),performance.now()-s>5e3&&(e=0)}catch(r){if(r instanceof U&&r.status===401)continue}finally{clearTimeout(t)}it||(re.set("lost"),++e,await To(Math.min(xo,.5*2**Math.min(e,6))*(.75+Math.random()/2)))}}function Vn(){it=!0,ot.abort()}function Gn(){it=!1,zn(),at()}var Kn=0;addEventListener("online",at);addEventListener("pagehide",Vn);addEventListener("pageshow",Gn);document.addEventListener("visibilitychange",()=>{clearTimeout(Kn),document.hidden?Kn=setTimeout(Vn,Co):Gn()});var Qn=function(e,t,n,s){var r;t[0]=0;for(var o=1;o<t.length;o++){var i=t[o++],l=t[o]?(t[0]|=i?1:2,n[t[o++]]):t[++o];i===3?s[0]=l:i===4?s[1]=Object.assign(s[1]||{},l):i===5?(s[1]=s[1]||{})[t[++o]]=l:i===6?s[1][t[++o]]+=l+"":i?(r=e.apply(l,Qn(e,l,n,["",null])),s.push(r),l[0]?t[0]|=2:(t[o-2]=0,t[o]=r)):s.push(l)}return s},Xn=new Map;function Yn(e){var t=Xn.get(this);return t||(t=new Map,Xn.set(this,t)),(t=Qn(this,t.get(e)||(t.set(e,t=(function(n){for(var s,r,o=1,i="",l="",c=[0],b=function(p){o===1&&(p||(i=i.replace(/^\s*\n\s*|\s*\n\s*$/g,"")))?c.push(0,p,i):o===3&&(p||i)?(c.push(3,p,i),o=2):o===2&&i==="..."&&p?c.push(4,p,0):o===2&&i&&!p?c.push(5,0,!0,i):o>=5&&((i||!p&&o===5)&&(c.push(o,0,i,r),o=6),p&&(c.push(o,p,0,r),o=6)),i=""},d=0;d<n.length;d++){d&&(o===1&&b(),b(d));for(var f=0;f<n[d].length;f++)s=n[d][f],o===1?s==="<"?(b(),c=[c],o=3):i+=s:o===4?i==="--"&&s===">"?(o=1,i=""):i=s+i[0]:l?s===l?l="":i+=s:s==='"'||s==="'"?l=s:s===">"?(b(),o=1):o&&(s==="="?(o=5,r=i,i=""):s==="/"&&(o<5||n[d][f+1]===">")?(b(),o===3&&(c=c[0]),o=c,(c=c[0]).push(2,0,o),o=0):s===" "||s==="	"||s===`
`||s==="\r"?(b(),o=2):i+=s),o===3&&i==="!--"&&(o=4,c=c[0])}return b(),c})(e)),t),arguments,[])).length>1?t:t[0]}var a=Yn.bind(_n);var Zn=2e4,ke=8,ae=C([]),Po=1;function Ft(e){let t=ae.get().filter(s=>s.kind==="pending"),n=ae.get().filter(s=>s.kind!=="pending").slice(-1);ae.set([...t,...n,{...e,id:Po++,at:performance.now()}])}var lt=e=>ae.set(ae.get().filter(t=>t.id!==e));function V(e,t){Ft({text:e,kind:"done",undo:t,until:performance.now()+Zn})}function le(e){Ft({text:e instanceof Error?e.message:String(e),kind:"wrong",until:performance.now()+Zn})}function Pe(e,t,n){let s=a`<small class="keep">Nothing happens if this page is closed before that.</small>`;Ft({text:[e,s],kind:"pending",undo:n,act:t,until:performance.now()+ke*1e3})}async function z(e){try{return await e(),!0}catch(t){return le(t),!1}}function es(e){let t=ae.get().findLast(n=>n.undo&&n.at>e);return t?(lt(t.id),z(async()=>t.undo()),!0):!1}function Eo(){let e=performance.now();for(let t of ae.get())e<t.until||(lt(t.id),t.act&&z(async()=>t.act()))}function ts(){let e=k(ae),[,t]=_(0);return x(()=>{if(e.length===0)return;let n=setInterval(()=>{Eo(),t(s=>s+1)},250);return()=>clearInterval(n)},[e]),a`<div class="notices">
    ${e.map(n=>{let s=Math.max(0,Math.ceil((n.until-performance.now())/1e3));return a`<div class=${"notice "+n.kind} key=${n.id}>
        <p role=${n.kind==="wrong"?"alert":"status"}>${n.text}</p>
        ${n.kind==="pending"&&a`<span class="countdown" aria-hidden="true">${s} s</span>`}
        ${n.undo&&a`<button type="button" class="plain" onClick=${()=>{lt(n.id),z(async()=>n.undo())}}>Undo</button>`}
        ${n.kind!=="pending"&&a`<button type="button" class="plain icon" aria-label="Dismiss"
          onClick=${()=>lt(n.id)}>×</button>`}
      </div>`})}
  </div>`}var Ao=/[\u{0}-\u{1f}\u{7f}-\u{9f}\u{ad}\u{61c}\u{180e}\u{200b}-\u{200f}\u{2028}-\u{202e}\u{2060}-\u{206f}\u{feff}\u{fff9}-\u{fffb}\u{e0000}-\u{e0fff}]/gu,Ee=e=>e.replace(Ao,t=>"⟨"+t.codePointAt(0).toString(16).toUpperCase().padStart(4,"0")+"⟩"),No=new Intl.NumberFormat("en-US"),S=e=>No.format(e),Mo={light:["#0072b2","#e69f00","#009e73","#cc4c9b","#d55e00","#33a9e0","#7a5cc2","#8c6d31","#c42d3d","#6b7580"],dark:["#4da3e8","#f2b134","#2fc795","#ec85c3","#f5803e","#7fd0f7","#a98ff0","#c2a05a","#f0707d","#a4aeb9"]};var Yr=Mo.light.length;var ns=80;function W(e){let t=[...Ee(e)];return t.length<=ns?t.join(""):t.slice(0,ns-1).join("")+"…"}var $=({of:e})=>a`<bdi class="name" title=${Ee(e)}>${W(e)}</bdi>`,v=(e,t,n=t+"s")=>S(e)+" "+(e===1?t:n);function O(e){return e>.99&&e<1?"> 99 %":e>0&&e<.01?"< 1 %":Math.round(e*100)+" %"}var D=C([]),J=C(0),ye=C(""),Io=2,Lo=30,Do=1,Ht=0,ct=()=>D.get().filter(e=>e.state!=="settled");function ce(e,t){D.set(D.get().map(n=>n.key===e?{...n,...t}:n))}var Z=e=>D.get().find(t=>t.key===e);function ut(e){let t=[];for(let s of e)t.push({key:Do++,file:s,preview:URL.createObjectURL(s),state:"waiting",answeredAt:0});if(t.length===0)return;let n=ct().length>0;D.set([...D.get(),...t]),n||J.set(t[0].key),dt()}function ss(e){let t=W(e.class??"");switch(e.decision){case"known":return`This is ${t}.`;case"ambiguous":return`Either ${(e.possible??[]).map(n=>W(n.class)).join(" or ")}.`;case"unknown":return"Unknown: no class fits this picture.";default:return e.class===null?"There is nothing to compare this picture with yet.":`Probably ${t}.`}}var Ro=(e,t)=>e?.class===t.class&&e.decision===t.decision;async function os(e,t){t||ce(e.key,{state:"asking"});try{let n=await et(e.file,{isKept:!t}),s=Z(e.key);if(!s||s.state!=="asking"&&s.state!=="answered")return;let r=t&&e.answer?.decision!=="known"&&n.decision==="known",o=Ro(s.answer,n)?s.answeredAt:performance.now();ce(e.key,{state:"answered",answer:n,trouble:void 0,answeredAt:o,learned:s.learned||r}),t||ye.set(ss(n))}catch(n){t||ce(e.key,{state:"failed",trouble:n.message})}}function dt(){for(;Ht<Io;){let e=D.get().find(t=>t.state==="waiting");if(!e)return;++Ht,os(e,!1).finally(()=>{--Ht,dt()})}}var jt=!1;L.subscribe(async()=>{if(!jt){jt=!0;try{await new Promise(n=>setTimeout(n,300));let e=D.get().filter(n=>n.state==="answered"&&n.answer?.decision!=="known"),t=0;for(let n of e.slice(0,Lo))await os(n,!0),Z(n.key)?.answer?.decision==="known"&&++t;t>0&&ye.set(`${t} of the waiting pictures would now be known.`)}finally{jt=!1}}});function rs(e){ce(e,{state:"waiting",trouble:void 0}),dt()}function is(e){let t=D.get(),n=t.findIndex(o=>o.key===e),s=o=>o.state!=="settled"&&o.key!==e,r=t.slice(n+1).find(s)??t.find(s);r&&J.get()===e&&J.set(r.key)}async function ee(e,t){let n=Z(e);if(!n||n.state==="settled"||n.state==="adding")return;let s=n.state;ce(e,{state:"adding"});try{let r=await qn(t,n.file),o=r.duplicate_of?.class;ce(e,{state:"settled",added:{id:r.id,class:t,isNew:r.added,elsewhere:o===t?void 0:o,at:performance.now()}}),ye.set(r.added?`Added to ${W(t)}.`:`It was in ${W(t)} already.`),is(e)}catch(r){ce(e,{state:s}),le(r)}}async function ft(e){let t=Z(e)?.added;if(!(!t?.isNew||t.id===null))try{await tt(t.id),ce(e,{state:"waiting",added:void 0}),J.set(e),ye.set(`Taken out of ${W(t.class)} again.`),dt()}catch(n){le(n)}}function as(){return D.get().filter(t=>t.state==="settled"&&t.added?.isNew).sort((t,n)=>t.added.at-n.added.at).at(-1)}function xe(e){is(e);let t=Z(e);t&&URL.revokeObjectURL(t.preview),D.set(D.get().filter(n=>n.key!==e))}function ls(){for(let e of D.get())e.state==="settled"&&xe(e.key)}function qt(e){let t=ct();if(t.length===0)return;let n=t.findIndex(r=>r.key===J.get()),s=t[Math.min(t.length-1,Math.max(0,n+e))];J.set(s.key),ye.set(s.answer?ss(s.answer):s.file.name)}var B=C(null),Ae=C(new Set),Wt=!1,Bt=!1;async function Kt(){if(!R.get())return B.set(null);if(Wt){Bt=!0;return}Wt=!0;try{do Bt=!1,B.set(await jn());while(Bt)}catch{}finally{Wt=!1}}L.subscribe(()=>{Kt()});R.subscribe(()=>{Kt()});Kt();var Oo=7;function H(e){let t=k(B)??[],[n,s]=_(e.value??""),[r,o]=_(-1),i=N(null),l=Rn();x(()=>{i.current.focus(),i.current.select()},[]);let c=n.trim().toLocaleLowerCase(),b=e.first??[],d=g=>b.includes(g)?b.indexOf(g):b.length,f=t.filter(g=>g.class!==e.without&&g.class.toLocaleLowerCase().includes(c)).sort((g,m)=>d(g.class)-d(m.class)).slice(0,Oo),p=t.some(g=>g.class===n.trim()),u=n.trim()!==""&&n.trim()!==e.without&&(p||e.allowNew!==!1),h=g=>e.onChoose(g),w=g=>{g.stopPropagation();let m=f.length;if(g.key==="ArrowDown")o((r+1)%Math.max(m,1));else if(g.key==="ArrowUp")o(r<=0?m-1:r-1);else if(g.key==="Escape")e.onCancel();else if(g.key==="Enter"){let y=f[r]?.class;y!==void 0?h(y):u?h(n.trim()):e.allowNew===!1&&m===1&&h(f[0].class)}else return;g.preventDefault()};return a`<div class="choice">
    <label for=${l}>${e.label}</label>
    <div class="choice-row">
      <input id=${l} ref=${i} type="text" role="combobox" autocomplete="off" spellcheck=${!1} maxlength="1024"
        aria-expanded=${f.length>0} aria-controls=${l+"-list"} aria-autocomplete="list"
        aria-activedescendant=${r>=0&&f[r]?`${l}-${r}`:void 0}
        value=${n} onKeyDown=${w}
        onInput=${g=>{s(g.currentTarget.value),o(-1)}} />
      <button type="button" class="main" disabled=${!u} onClick=${()=>h(n.trim())}>
        ${!p&&n.trim()!==""&&e.allowNew!==!1?"New class":e.action}</button>
      <button type="button" class="plain" onClick=${e.onCancel}>Cancel</button>
    </div>
    <ul id=${l+"-list"} role="listbox" aria-label="Classes" hidden=${f.length===0}>
      ${f.map((g,m)=>a`<li key=${g.class} id=${`${l}-${m}`} role="option"
          aria-selected=${m===r} onClick=${()=>h(g.class)}>
        <${$} of=${g.class} /><small>${v(g.items,"picture")}</small>
      </li>`)}
    </ul>
  </div>`}var Uo=4,Fo=500,ue=new Map,cs=[],zt=0;async function Ho(e){zt>=Uo&&await new Promise(t=>cs.push(t)),++zt;try{let t=await I(e);return URL.createObjectURL(await t.blob())}finally{--zt,cs.shift()?.()}}function jo(e){let t=ue.get(e);t||(t={users:0,address:Ho(e)},t.address.catch(()=>ue.delete(e))),ue.delete(e),ue.set(e,t),++t.users;for(let[n,{users:s,address:r}]of ue){if(ue.size<=Fo)break;s>0||(ue.delete(n),r.then(o=>URL.revokeObjectURL(o)))}return t.address}var us=new WeakMap,Jt=new IntersectionObserver(e=>{for(let t of e)t.isIntersecting&&(Jt.unobserve(t.target),us.get(t.target)?.())},{rootMargin:"300px"});function Vt({path:e,label:t}){let n=N(null),[s,r]=_(null),[o,i]=_(!1),[l,c]=_(0);return x(()=>{let b=n.current,d=!1,f=!1;return r(null),i(!1),us.set(b,()=>{f=!0,jo(e).then(p=>{d||r(p)},()=>{d||i(!0)})}),Jt.observe(b),()=>{d=!0,Jt.unobserve(b);let p=ue.get(e);f&&p&&--p.users}},[e,l]),x(()=>o?L.subscribe(()=>c(l+1)):void 0,[o,l]),a`<span class="thumbnail" ref=${n}>
    ${s&&a`<img src=${s} alt=${t} decoding="async" onLoad=${Gt} />`}
    ${o&&a`<span class="no-picture">no picture</span>`}
  </span>`}var F=({id:e,label:t})=>a`<${Vt} path=${`/v1/items/${e}/thumbnail`} label=${t} />`;function Gt(e){let t=e.currentTarget;t.classList.toggle("small",t.naturalWidth<64)}var qo=5;function fs({answer:e}){return e.ranking.length===0?null:a`<section class="votes" aria-label="Votes of the nearest pictures">
    <h3>Votes of the nearest pictures</h3>
    <ul>
      ${e.ranking.slice(0,qo).map(t=>a`<li key=${t.class}>
        <${$} of=${t.class} />
        <span class="bar" aria-hidden="true"><i style=${{width:t.score*100+"%"}}></i></span>
        <span class="figure">${O(t.score)}</span>
      </li>`)}
    </ul>
  </section>`}var pt=e=>e.toFixed(3);function Wo(e){return e.p===null?"–":e.possible?"yes":"no"}var ds=(e,t)=>t==="unknown"||e===null?a`it would be unknown`:a`the answer would be <${$} of=${e} />${t==="ambiguous"?", in doubt":""}`;function ps({answer:e}){let t=e.why;if(!t||t.classes.length===0)return null;let n=e.neighbors.filter(i=>i.decisive&&i.without).slice(0,3),{runner_up:s}=t,o=e.decision==="unknown"&&t.overturned?.decision==="unknown"?null:t.overturned;return a`<details class="why">
    <summary>Why?</summary>
    <div class="scroll" tabindex="0" role="group" aria-label="Classes in question">
      <table>
        <thead><tr><th scope="col">Class</th><th scope="col">Votes</th><th scope="col">Most alike</th>
          <th scope="col">Needed</th><th scope="col">p</th><th scope="col">Fits</th></tr></thead>
        <tbody>${t.classes.map(i=>a`<tr key=${i.class}>
          <th scope="row"><${$} of=${i.class} /></th>
          <td>${O(i.share)}</td>
          <td>${pt(i.similarity)}</td>
          <td>${i.possible_from===null?"–":pt(i.possible_from)}</td>
          <td>${i.p===null?"–":pt(i.p)}</td>
          <td>${Wo(i)}</td>
        </tr>`)}</tbody>
      </table>
    </div>
    <ul class="reasons">
      ${n.map(i=>a`<li key=${i.id}>Without picture ${i.id} of <${$} of=${i.class} />
        ${" "}${ds(i.without.class,i.without.decision)}.</li>`)}
      ${n.length===0&&o&&a`<li>Without the ${v(o.items.length,"nearest picture")}
        ${" "}${ds(o.class,o.decision)}.</li>`}
      ${s&&s.wins_from!==null&&a`<li><${$} of=${s.class} /> would win with a picture of
        similarity ${pt(s.wins_from)} or more.</li>`}
    </ul>
    <p class="quiet">p is the share of a class’s own pictures that are no more alike to the class than this one.
      A class fits if p is above ${e.alpha??"the limit"}.</p>
  </details>`}var de=C(null),Bo=8,Ko=500;function ms(e){let t=Z(e),n=t?.answer?.class;t?.state!=="answered"||!t.answer.accepted||typeof n!="string"||performance.now()-t.answeredAt<Ko||ee(e,n)}function hs(e){let t=a`<${$} of=${e.class??""} />`;if(e.class===null)return a`Nothing to compare with yet`;switch(e.decision){case"known":return a`This is ${t}`;case"ambiguous":return a`One of ${v(e.possible?.length??0,"class","classes")}`;case"unknown":return a`Unknown`;default:return e.accepted?a`Probably ${t}`:a`Unknown`}}function zo(e){let t=e.possible?.find(s=>s.class===e.class)?.p,n=e.alpha??.05;if(e.class===null)return"Name its class, and the database begins with it.";switch(e.decision){case"known":return a`${O(e.confidence)} of the votes${typeof t=="number"&&a` · at least as alike to its class as ${O(t)} of the class’s own pictures (p ${t.toFixed(2)})`}`;case"ambiguous":return"More than one class fits. Which one is it?";case"unknown":return`No class fits: ${O(1-n)} of known pictures are more alike to their class than this one. Start a new class, or say which class it is.`;default:return a`${O(e.confidence)} of the votes. How sure that is hasn’t been measured here
        (“simdb calibrate” does it), so a picture of something new isn’t noticed.`}}var Xt=e=>e.class===null||e.decision==="unknown"||!e.accepted&&e.decision==="uncalibrated"?"unknown":e.decision==="known"?"known":"doubt";function Jo({one:e,answer:t}){let n=k(de),s=e.state==="adding";if(n?.key===e.key)return a`<${H} label=${n.isNew?"Name of the new class":"Which class is it?"} action="Add"
      first=${t.ranking.map(c=>c.class)}
      onCancel=${()=>de.set(null)}
      onChoose=${c=>{de.set(null),ee(e.key,c)}} />`;let r=t.class===null||Xt(t)==="unknown",o=t.decision==="ambiguous"?(t.possible??[]).map(c=>c.class).slice(0,4):[],i=t.class!==null&&t.accepted&&o.length===0,l=a`<button type="button" class=${r?"main":""} disabled=${s}
    onClick=${()=>de.set({key:e.key,isNew:!0})}>New class <kbd aria-hidden="true">N</kbd></button>`;return a`<div class="actions">
    ${r&&l}
    ${r&&t.class!==null&&a`<button type="button" disabled=${s}
      onClick=${()=>{ee(e.key,t.class)}}><span>It is</span> <${$} of=${t.class} /></button>`}
    ${i&&a`<button type="button" class="main" disabled=${s}
      onClick=${()=>{ee(e.key,t.class)}}>Right, add it <kbd aria-hidden="true">Enter</kbd></button>`}
    ${o.map(c=>a`<button type="button" key=${c} class="main" disabled=${s}
      onClick=${()=>{ee(e.key,c)}}><${$} of=${c} /></button>`)}
    ${t.class!==null&&a`<button type="button" disabled=${s}
      onClick=${()=>de.set({key:e.key,isNew:!1})}>Another class <kbd aria-hidden="true">E</kbd></button>`}
    ${!r&&l}
  </div>`}function Vo({answer:e}){return e.neighbors.length===0?null:a`<section aria-label="Nearest pictures">
    <h3>Nearest pictures</h3>
    <ol class="neighbors">
      ${e.neighbors.slice(0,Bo).map(t=>a`<li key=${t.id}>
        <${F} id=${t.id} label=${"Picture "+t.id} />
        <${$} of=${t.class} />
        <small title=${"similarity "+t.similarity.toFixed(4)}>${t.similarity.toFixed(3)}</small>
      </li>`)}
    </ol>
  </section>`}function Qt({one:e}){let[t,n]=_(!1);return a`<span class="preview">
    ${t?a`<span class="no-picture">no preview</span>`:a`<img src=${e.preview} alt=${"The picture "+e.file.name} decoding="async" onLoad=${Gt}
                 onError=${()=>n(!0)} />`}
  </span>`}function Go({one:e}){let t=e.added;return a`<article class="card settled" aria-label=${e.file.name}>
    <${Qt} one=${e} />
    <p>${t.isNew?"Added to ":"Was already in "}<${$} of=${t.class} />
      ${t.elsewhere&&t.elsewhere!==t.class&&a`<small class="warning">The same picture is also in <${$} of=${t.elsewhere} />.</small>`}</p>
    ${t.isNew&&a`<button type="button" onClick=${()=>{ft(e.key)}}>Undo</button>`}
    <button type="button" class="plain icon" aria-label="Put aside" onClick=${()=>xe(e.key)}>×</button>
  </article>`}function Xo({one:e}){let t=e.answer;return a`<article class="card row" aria-label=${e.file.name}>
    <button type="button" class="open" onClick=${()=>J.set(e.key)}>
      <${Qt} one=${e} />
      ${t?a`<span class=${"verdict "+Xt(t)}>${hs(t)}</span>`:a`<span class="quiet">${e.state==="failed"?"No answer":"Looking…"}</span>`}
      ${e.learned&&a`<span class="badge">known now</span>`}
      <span class="spring"></span>
      ${t&&t.class!==null&&t.decision!=="unknown"&&a`<small>${O(t.confidence)}</small>`}
    </button>
    <button type="button" class="plain icon" aria-label="Put aside" onClick=${()=>xe(e.key)}>×</button>
  </article>`}function bs({one:e}){let t=k(J)===e.key,n=N(null);if(x(()=>{if(!t||e.state==="settled")return;let r=n.current.getBoundingClientRect();document.activeElement===document.body&&n.current.focus({preventScroll:!0}),(r.top<64||r.top>innerHeight*.6)&&n.current.scrollIntoView({block:"start"})},[t]),e.state==="settled")return a`<${Go} one=${e} />`;if(!t)return a`<${Xo} one=${e} />`;let s=e.answer;return a`<article class="card active" ref=${n} tabindex="-1" aria-label=${e.file.name} aria-current="true">
    <div class="asked">
      <${Qt} one=${e} />
      <p class="file" title=${e.file.name}><bdi>${e.file.name}</bdi></p>
    </div>
    <div class="told">
      <button type="button" class="plain icon aside" aria-label="Put this picture aside" title="Put aside (X)"
        onClick=${()=>xe(e.key)}>×</button>
      ${!s&&e.state!=="failed"&&a`<div class="thinking"><h2>Looking…</h2></div>`}
      ${e.state==="failed"&&a`<div class="failed">
        <h2>No answer</h2><p role="alert">${e.trouble}</p>
        <div class="actions"><button type="button" onClick=${()=>rs(e.key)}>Try again</button></div>
      </div>`}
      ${s&&e.state!=="failed"&&a`
        <div class=${"verdict "+Xt(s)}>
          <h2>${hs(s)}</h2>
          ${e.learned&&a`<span class="badge">known now, by what was added since</span>`}
          <p>${zo(s)}</p>
        </div>
        <${Jo} one=${e} answer=${s} />
        <${Vo} answer=${s} />
        <${fs} answer=${s} />
        <${ps} answer=${s} />`}
    </div>
  </article>`}var Yt=C(()=>{});function Zt(e){let t=[...e??[]],n=t.filter(s=>s.type.startsWith("image/")||s.type==="");n.length<t.length&&le("Only pictures can be asked about."),ut(n)}function Qo({compact:e}){let t=N(null),n=N(null),s=k(B);x(()=>Yt.set(()=>t.current?.click()),[]);let r=o=>{let i=o.currentTarget;Zt(i.files),i.value=""};return a`<section class=${"inlet"+(e?" compact":"")} aria-label="Ask about pictures">
    ${!e&&a`<svg class="glyph" viewBox="0 0 48 48" aria-hidden="true">
      <rect x="6" y="10" width="36" height="28" rx="5" /><circle cx="17" cy="20" r="3.5" /><path d="m8 34 10-9 7 6 7-8 9 9" />
    </svg>
    <h2>${s?.length===0?"No classes yet":"What is this?"}</h2>
    <p class="quiet">${s?.length===0?"Drop pictures of one part to begin, and give that part a name.":a`<span class="at-desk">Drop a picture here, paste one, or take a photograph.</span>
          <span class="in-hand">Photograph a part, or choose a picture of it.</span>`}</p>`}
    <div class="inlet-actions">
      <button type="button" class="main" onClick=${()=>t.current.click()}>Choose pictures</button>
      <button type="button" class="photo" onClick=${()=>n.current.click()}>Take a photo</button>
      ${e&&a`<span class="quiet hint">or drop or paste them</span>`}
    </div>
    <input ref=${t} id="files" type="file" accept="image/*" multiple hidden onChange=${r} aria-label="Pictures" />
    <input ref=${n} id="camera" type="file" accept="image/*" capture="environment" hidden onChange=${r}
      aria-label="Photograph" />
  </section>`}function Yo(){let e=k(D),[t,n]=_(!1),s=e.filter(l=>l.state!=="settled"),r=s.filter(l=>l.state==="answered"&&l.answer?.decision==="known"),o=e.length-s.length;x(()=>{s.length<2&&n(!1)},[s.length]);let i=async l=>{n(!1);for(let c of ct())await ee(c.key,l)};return a`<div class="together">
    <p class="quiet">${s.length>0?v(s.length,"picture")+" waiting":"All answered"}${o>0?` · ${S(o)} done`:""}</p>
    ${!t&&r.length>1&&a`<button type="button" onClick=${()=>r.forEach(l=>{ee(l.key,l.answer.class)})}>
      Add the ${S(r.length)} known ones</button>`}
    ${!t&&s.length>1&&a`<button type="button" onClick=${()=>n(!0)}>All are one class…</button>`}
    ${o>0&&a`<button type="button" class="plain" onClick=${ls}>Clear done</button>`}
    ${t&&a`<${H} label=${`Class of all ${s.length} pictures`} action="Add all"
      onChoose=${l=>{i(l)}} onCancel=${()=>n(!1)} />`}
  </div>`}function gs(){let e=k(D),t=k(ye);return a`<div class="ask">
    <h1 class="unseen">Ask</h1>
    <${Qo} compact=${e.length>0} />
    ${e.length>0&&a`<${Yo} />`}
    <p class="unseen" role="status" aria-live="polite">${t}</p>
    <div class="cards">${e.map(n=>a`<${bs} key=${n.key} one=${n} />`)}</div>
  </div>`}var Zo=250;function fe(e,t="",n=L){let[s,r]=_({data:null,trouble:"",key:t});return x(()=>{let o=new AbortController,i=!1,l=!1,c=async()=>{if(l=!0,!i){for(i=!0;l&&!o.signal.aborted;){l=!1;let d=performance.now();try{let f=await e(o.signal);o.signal.aborted||r({data:f,trouble:"",key:t})}catch(f){o.signal.aborted||r(p=>({data:p.key===t?p.data:null,trouble:f.message,key:t}))}await new Promise(f=>setTimeout(f,Math.max(Zo,performance.now()-d)))}i=!1}},b=n.subscribe(()=>{c()});return c(),()=>{o.abort(),b()}},[t,n]),s.key===t?s:{data:null,trouble:""}}async function Ne(e,t,n,s=100){let r=[],o=0;for(;;){let i=await e(o,Math.min(s,n-r.length));if(r.push(...t(i)),i.next===void 0||i.next===null)return{list:r,page:i,hasMore:!1};if(r.length>=n)return{list:r,page:i,hasMore:!0};o=i.next}}var He=C({});function _s(e){x(()=>(He.set(e),()=>{He.get()===e&&He.set({})}))}var tn=["unknowns","labels","duplicates","confused"],en="#/class/",$s="#/review/",G=e=>en+encodeURIComponent(e),ws=e=>$s+e;function vs(){let e=location.hash;if(e==="#/classes")return{page:"classes"};if(e==="#/map")return{page:"map"};if(e==="#/measures")return{page:"measures"};if(e.startsWith("#/review"))return{page:"review",part:tn.find(t=>e===$s+t)??"unknowns"};if(e.startsWith(en))try{return{page:"class",name:decodeURIComponent(e.slice(en.length))}}catch{return{page:"classes"}}return{page:"ask"}}var pe=C(vs());addEventListener("hashchange",()=>pe.set(vs()));function X(e){location.hash=e}var ys="simdb-keys",Ce=C(!1),mt=C(localStorage.getItem(ys)!=="off");function xs(e){localStorage.setItem(ys,e?"on":"off"),mt.set(e)}var er=e=>e instanceof HTMLElement&&e.closest("input:not([type=checkbox]), textarea, select, dialog")!==null,tr=e=>e instanceof HTMLElement&&e.closest("button, a, summary, input, label")!==null;function nr(){let e=as();!es(e?.added.at??0)&&e&&ft(e.key)}function sr(e){let t=Z(J.get());if(pe.get().page!=="ask"||!t||t.state==="settled")return!1;if(e==="Enter")ms(t.key);else if(e==="x")xe(t.key);else if(e==="e"&&t.answer)de.set({key:t.key,isNew:!1});else if(e==="n"&&t.answer)de.set({key:t.key,isNew:!0});else return!1;return!0}var ks={1:"#/",2:"#/classes",3:"#/review"};function or(e){let t=He.get()[e];if(t)t();else if(e==="?")Ce.set(!0);else if(ks[e])X(ks[e]);else if(e==="u")nr();else if(e==="j")qt(1);else if(e==="k")qt(-1);else if(e==="o"&&pe.get().page==="ask")Yt.get()();else if(e==="/")pe.get().page!=="classes"&&X("#/classes"),setTimeout(()=>document.getElementById("class-filter")?.focus(),50);else return sr(e);return!0}function Cs(){addEventListener("keydown",e=>{if(!mt.get()||e.ctrlKey||e.metaKey||e.altKey||e.isComposing||e.defaultPrevented||er(e.target)||Ce.get()||e.key==="Enter"&&(tr(e.target)||e.repeat))return;let t=e.key.length===1?e.key.toLowerCase():e.key;or(t)&&e.preventDefault()})}function Q(e){let t=N(null);return x(()=>{let n=document.activeElement;return t.current.showModal(),()=>n?.focus()},[]),a`<dialog ref=${t} aria-labelledby="dialog-title" onClose=${e.onClose}
      onClick=${n=>{n.target===t.current&&t.current.close()}}>
    <div class="dialog">
      <h2 id="dialog-title">${e.title}</h2>
      ${e.children}
    </div>
  </dialog>`}var Ts=1e5,me=C(new Set);function nn(e,t){let n=new Set(me.get());for(let s of e)t?n.add(s):n.delete(s);me.set(n)}async function sn(e,t){for(let n=0;n<e.length;n+=Ts)await t(e.slice(n,n+Ts))}function Te(e){nn(e,!0),Pe(`Deleting ${v(e.length,"picture")} in ${ke} seconds`,async()=>{try{await sn(e,Wn)}catch(t){throw nn(e,!1),t}},()=>nn(e,!1))}async function rr(e){let t=new Map;for(let n of e){let s=t.get(n.class);s?s.push(n.id):t.set(n.class,[n.id])}for(let[n,s]of t)await sn(s,r=>Fe(r,n))}var on=(e,t,n)=>z(async()=>{await sn(e.map(s=>s.id),s=>Fe(s,t)),V(a`Moved ${v(e.length,"picture")} to <${$} of=${t} />`,async()=>{await rr(e),n?.()})});function Ss({items:e,without:t,onDone:n}){let[s,r]=_(!1);return a`<div class="selection" role="region" aria-label="Selected pictures">
    <p role="status">${S(e.length)} selected</p>
    <button type="button" class="main" onClick=${()=>r(!0)}>Move…</button>
    <button type="button" class="danger" onClick=${()=>{n(),Te(e.map(o=>o.id))}}>Delete</button>
    <button type="button" class="plain" onClick=${n}>Clear</button>
    ${s&&a`<${Q} title=${`Move ${v(e.length,"picture")}`} onClose=${()=>r(!1)}>
      <${H} label="To class" action="Move" without=${t} onCancel=${()=>r(!1)}
        onChoose=${o=>{n(),on(e,o)}} />
    <//>`}
  </div>`}var ht=100,Ps=1e3,Es=1e4;async function ir(e){let t=[];for(let n=0;n!==null;){let s=await oe(e,Ps,n);t.push(...s.items.map(r=>r.id)),n=s.next}return t}async function As(e,t,n){let s=n<=Es?await ir(e):[];await nt(e,t,!0),V(a`Merged <${$} of=${e} /> into <${$} of=${t} />`,s.length>0?()=>Fe(s,e):void 0),X(G(t))}function rn(e,t){let n=new Set(Ae.get());t?n.add(e):n.delete(e),Ae.set(n)}function ar(e,t){rn(e,!0),X("#/classes"),Pe(a`Deleting <${$} of=${e} /> and its ${v(t,"picture")} in ${ke} seconds`,async()=>{try{await Bn(e)}finally{rn(e,!1)}},()=>rn(e,!1))}function lr({name:e,size:t,onClose:n}){let[s,r]=_(e),[o,i]=_(""),[l,c]=_(null),b=N(null);x(()=>b.current.select(),[]);let d=async f=>{f.preventDefault();let p=s.trim();if(p===e)return n();try{await nt(e,p),V(a`Renamed to <${$} of=${p} />`,async()=>{await nt(p,e),X(G(e))}),n(),X(G(p))}catch(u){u instanceof U&&u.status===409?c(p):i(u.message)}};return l!==null?a`<${Q} title="Merge the two?" onClose=${n}>
      <p>There is a class <${$} of=${l} /> already. Merged, the ${v(t,"picture")} of
        ${" "}<${$} of=${e} /> belong to it.</p>
      <div class="actions">
        <button type="button" class="main" onClick=${()=>{n(),z(()=>As(e,l,t))}}>Merge</button>
        <button type="button" onClick=${()=>c(null)}>Back</button>
      </div>
    <//>`:a`<${Q} title="Rename the class" onClose=${n}>
    <form onSubmit=${d}>
      <label for="new-name">Name</label>
      <input id="new-name" ref=${b} type="text" value=${s} autocomplete="off" spellcheck=${!1} maxlength="1024"
        aria-describedby="rename-trouble" onInput=${f=>r(f.currentTarget.value)} />
      <p id="rename-trouble" class="trouble" role="alert">${o}</p>
      <div class="actions">
        <button type="submit" class="main" disabled=${s.trim()===""}>Rename</button>
        <button type="button" onClick=${n}>Cancel</button>
      </div>
    </form>
  <//>`}function cr({name:e,size:t,onClose:n}){return a`<${Q} title="Merge into another class" onClose=${n}>
    <p class="quiet">All ${v(t,"picture")} of <${$} of=${e} /> move there.
      ${t>Es&&" So many pictures can’t be taken back."}</p>
    <${H} label="Class" action="Merge" allowNew=${!1} without=${e} onCancel=${n}
      onChoose=${s=>{n(),z(()=>As(e,s,t))}} />
  <//>`}function ur(e){let[t,n]=_(null),[s,r]=_(null),o=k(L),i=N(ht);return x(()=>{n(null),i.current=ht},[e]),x(()=>{let c=!1;return(async()=>{let d=[],f=0;for(;f!==null&&d.length<i.current;){let p=await oe(e,Math.min(Ps,i.current-d.length),f);d.push(...p.items),f=p.next}c||(n(d),r(f))})().catch(()=>{}),()=>{c=!0}},[e,o]),{items:t,next:s,more:async()=>{let c=await oe(e,ht,s);i.current+=ht,n([...t??[],...c.items]),r(c.next)}}}function Ns({name:e}){let t=k(B),{items:n,next:s,more:r}=ur(e),[o,i]=_(new Set),[l,c]=_(null);x(()=>i(new Set),[e]);let b=k(Ae).has(e),d=k(me),f=t?.find(w=>w.class===e)?.items??n?.length??0,p=(n??[]).filter(w=>!d.has(w.id)),u=p.filter(w=>o.has(w.id)),h=w=>{let g=new Set(o);g.delete(w)||g.add(w),i(g)};return a`<div class="class-page">
    <a class="back" href="#/classes">‹ Classes</a>
    <header class="page-head">
      <div>
        <h1><${$} of=${e} /></h1>
        <p class="quiet" role="status">${b?"Being deleted":v(f,"picture")}</p>
      </div>
      ${n!==null&&n.length>0&&!b&&a`<div class="actions">
        <button type="button" onClick=${()=>c("rename")}>Rename</button>
        <button type="button" onClick=${()=>c("merge")}>Merge…</button>
        <button type="button" class="danger" onClick=${()=>ar(e,f)}>Delete</button>
      </div>`}
    </header>
    ${n?.length===0&&a`<div class="empty"><h2>No pictures here</h2>
      <p class="quiet">There is no class of this name. It may have been renamed or deleted.</p>
      <a class="button main" href="#/classes">All classes</a></div>`}
    <ul class="items" aria-label=${"Pictures of "+W(e)}>
      ${p.map(w=>a`<li key=${w.id}>
        <label class="item">
          <input type="checkbox" checked=${o.has(w.id)} onChange=${()=>h(w.id)}
            aria-label=${"Picture "+w.id} />
          <${F} id=${w.id} label="" />
        </label>
      </li>`)}
    </ul>
    ${s!==null&&a`<button type="button" class="more" onClick=${()=>{z(r)}}>
      Show more of ${S(f)}</button>`}
    ${u.length>0&&a`<${Ss} items=${u} without=${e} onDone=${()=>i(new Set)} />`}
    ${l==="rename"&&a`<${lr} name=${e} size=${f} onClose=${()=>c(null)} />`}
    ${l==="merge"&&a`<${cr} name=${e} size=${f} onClose=${()=>c(null)} />`}
  </div>`}var Ms=4,Is=60;function dr({one:e}){let[t,n]=_([]),s=k(Ae).has(e.class);return x(()=>{let r=!1;return oe(e.class,Ms).then(o=>{r||n(o.items)},()=>{}),()=>{r=!0}},[e.class,e.items]),a`<li class=${"tile"+(s?" leaving":"")}>
    <a href=${G(e.class)}>
      <span class="mosaic" aria-hidden="true">
        ${Array.from({length:Ms},(r,o)=>t[o]?a`<${F} key=${t[o].id} id=${t[o].id} label="" />`:a`<span class="thumbnail" key=${"-"+o}></span>`)}
      </span>
      <span class="tile-text"><${$} of=${e.class} /><small>${s?"being deleted":a`${S(e.items)}<span class="unseen"> pictures</span>`}</small></span>
    </a>
  </li>`}function Ls(){let e=k(B),[t,n]=_(""),[s,r]=_(Is),o=t.trim().toLocaleLowerCase(),i=(e??[]).filter(c=>c.class.toLocaleLowerCase().includes(o)),l=(e??[]).reduce((c,b)=>c+b.items,0);return a`<div class="classes">
    <header class="page-head">
      <div>
        <h1>Classes</h1>
        <p class="quiet" role="status">${e===null?"Loading…":`${v(e.length,"class","classes")}, ${v(l,"picture")}`}</p>
      </div>
      ${e!==null&&e.length>0&&a`<input id="class-filter" type="search" placeholder="Find a class"
        aria-label="Find a class" value=${t}
        onInput=${c=>n(c.currentTarget.value)} />`}
    </header>
    ${e?.length===0&&a`<div class="empty">
      <h2>No classes yet</h2>
      <p class="quiet">Drop pictures of one part to begin, and give that part a name.</p>
      <a class="button main" href="#/">Ask about a picture</a>
    </div>`}
    ${e!==null&&e.length>0&&i.length===0&&a`<p class="empty quiet">No class has “${t}” in its name.</p>`}
    <ul class="tiles">${i.slice(0,s).map(c=>a`<${dr} key=${c.class} one=${c} />`)}</ul>
    ${i.length>s&&a`<button type="button" class="more" onClick=${()=>r(s+Is)}>
      Show more of ${S(i.length)}</button>`}
  </div>`}var bt=e=>`/v1/unknowns/${e}/image`,gt=(e,t)=>q(`/v1/unknowns?after=${e}&limit=${t}`),Ds=(e,t)=>q(`/v1/unknowns/${e}/name`,{method:"POST",json:{class:t}}),Rs=e=>I("/v1/unknowns/delete",{method:"POST",json:{ids:e}}),Os=(e,t)=>q(`/v1/review?after=${e}&limit=${t}`),Us=e=>I("/v1/review/keep",{method:"POST",json:{ids:e}}),Fs=e=>I("/v1/items/"+e,{method:"PATCH",json:{unset:["simdb.kept"]}}),Hs=(e,t)=>q(`/v1/duplicates?after=${e}&limit=${t}`),js=e=>q("/v1/confusion",{signal:e});function Ks(e){let t=new Map;for(let{class:n,predicted:s,items:r}of e){let o=t.get(JSON.stringify([s,n]));o?o.back+=r:t.set(JSON.stringify([n,s]),{one:n,other:s,there:r,back:0})}return[...t.values()].sort((n,s)=>s.there+s.back-n.there-n.back)}var qs=3;function Ws({name:e,items:t}){let[n,s]=_([]);return x(()=>{let r=!1;return oe(e,qs).then(o=>{r||s(o.items)},()=>{}),()=>{r=!0}},[e,t]),a`<div class="sample">
    <span class="strip" aria-hidden="true">${Array.from({length:qs},(r,o)=>n[o]?a`<${F} key=${n[o].id} id=${n[o].id} label="" />`:a`<span class="thumbnail" key=${-o}></span>`)}</span>
    <a href=${G(e)}><${$} of=${e} /></a>
    ${t!==void 0&&a`<small class="quiet">${v(t,"picture")}</small>`}
  </div>`}var Bs=(e,t,n)=>e>0&&a`<p>${S(e)} of <${$} of=${t} /> taken for <${$} of=${n} /></p>`;function zs({pairs:e,sizes:t}){return a`<ul class="pairs" aria-label="Confused classes">${e.map(n=>a`<li key=${JSON.stringify([n.one,n.other])}>
    <${Ws} name=${n.one} items=${t.get(n.one)} />
    <div class="between">${Bs(n.there,n.one,n.other)}${Bs(n.back,n.other,n.one)}</div>
    <${Ws} name=${n.other} items=${t.get(n.other)} />
  </li>`)}</ul>`}var Js=e=>new Map(e.classes.map(t=>[t.class,t.items]));var K=50,fr=500;function Me(e,t){let[n,s]=_({key:"",index:0}),r=e.findIndex(f=>t(f)===n.key),o=r>=0?r:Math.max(0,Math.min(n.index,e.length-1)),i=e[o],l=i===void 0?"":t(i),c=N(0);x(()=>{c.current=performance.now(),s({key:l,index:o})},[l]);let b=f=>{f!==void 0&&s({key:t(f),index:e.indexOf(f)})};return{current:i,choose:b,act:f=>()=>{i!==void 0&&performance.now()-c.current>=fr&&f(i)},step:f=>b(e[Math.max(0,Math.min(e.length-1,o+f))])}}function Ie({label:e,isCurrent:t,onChoose:n,kind:s,children:r}){let o=N(null),i=N(!1);return x(()=>{let l=!i.current;if(i.current=!0,!t)return;document.activeElement===document.body&&!l&&o.current.focus({preventScroll:!0});let c=o.current.getBoundingClientRect();!l&&(c.top<70||c.bottom>innerHeight-20)&&o.current.scrollIntoView({block:"center"})},[t]),a`<article class=${"entry"+(t?" active":"")+(s?" "+s:"")} ref=${o} tabindex="-1" aria-label=${e}
    aria-current=${t?"true":void 0} onFocusIn=${n} onPointerDown=${n}>${r}</article>`}function Le(e,t){_s({j:()=>e(1),k:()=>e(-1),...t})}function he({of:e,isEmpty:t,title:n,text:s}){return e.data===null&&e.trouble?a`<p class="empty trouble" role="alert">${e.trouble}</p>`:e.data===null?a`<p class="empty quiet" role="status">Looking…</p>`:t?a`<div class="empty"><h2>${n}</h2><p class="quiet">${s}</p></div>`:null}var be=({isThere:e,total:t,onMore:n})=>e&&a`<button type="button" class="more" onClick=${n}>Show more of ${v(t,"entry","entries")}</button>`;var an=12,pr={file:"the same file",pixels:"the same pixels",near:"nearly the same"},Gs={file:"The same file",pixels:"The same pixels",near:"Nearly the same picture"},Vs=e=>e.items.map(t=>t.id).join(" ");function mr({group:e}){let t=k(me),n=e.items.filter(r=>!t.has(r.id)),s=new Set(e.items.map(r=>r.class)).size;return a`
    <h2>${Gs[e.same]} ${e.conflict?a`<span class="badge wrong">in ${v(s,"class","classes")}</span>`:a`<small class="quiet">twice in one class</small>`}</h2>
    <ul class="side">${e.items.slice(0,an).map((r,o)=>a`<li key=${r.id} class=${t.has(r.id)?"leaving":""}>
      <${F} id=${r.id} label=${"Picture "+r.id} />
      <a href=${G(r.class)}><${$} of=${r.class} /></a>
      <small class="quiet">${r.id}${o>0?`, ${pr[r.same]}`+(r.same==="near"?` (${(r.look??r.similarity).toFixed(4)})`:""):""}</small>
      ${r.source&&a`<small class="quiet source" title=${Ee(r.source)}><bdi>${Ee(r.source).split("/").pop()}</bdi></small>`}
      <div class="actions">${t.has(r.id)?a`<span class="quiet">being deleted</span>`:a`
        <button type="button" class="danger" disabled=${n.length<2} aria-label=${`Delete picture ${r.id}`}
          onClick=${()=>Te([r.id])}>Delete</button>
        ${n.length>1&&a`<button type="button" class="plain" aria-label=${`Keep only this: picture ${r.id}`}
          onClick=${()=>Te(n.filter(i=>i.id!==r.id).map(i=>i.id))}>Keep only this</button>`}`}
      </div>
    </li>`)}</ul>
    ${e.items.length>an&&a`<p class="quiet">and ${v(e.items.length-an,"more picture")}</p>`}`}function Xs(){let[e,t]=_(K),n=fe(()=>Ne(Hs,c=>c.groups,e),String(e)),s=n.data?.list??[],{current:r,choose:o,step:i}=Me(s,Vs);Le(i,{});let l=n.data?.page;return a`
    ${l&&l.total>0&&a`<p class="quiet lead">${v(l.items,"picture")} in ${v(l.total,"group")},
      ${" "+v(l.conflicts,"group")} in several classes.${l.look_threshold!==null&&` Nearly the same: from a similarity of ${l.look_threshold.toFixed(4)}.`}</p>`}
    <${he} of=${n} isEmpty=${s.length===0} title="No picture is there twice"
      text="The same file, the same pixels and nearly the same picture would be listed here." />
    <div class="entries">${s.map(c=>a`<${Ie} key=${Vs(c)} kind="group" isCurrent=${c===r}
      onChoose=${()=>o(c)} label=${`${Gs[c.same]}, ${v(c.items.length,"picture")}`}>
      <${mr} group=${c} />
    <//>`)}</div>
    <${be} isThere=${n.data?.hasMore??!1} total=${l?.total??0} onMore=${()=>t(e+K)} />`}var hr=8,ln=5,cn=C(new Set),_t=e=>`${e.id} ${e.class} ${e.other}`;function De(e,t){let n=new Set(cn.get());t?n.add(_t(e)):n.delete(_t(e)),cn.set(n)}async function un(e,t){De(e,!0),await on([e],t,()=>De(e,!1))||De(e,!1)}async function Qs(e){if(De(e,!0),!await z(()=>Us([e.id])))return De(e,!1);V(a`Picture ${e.id} stays in <${$} of=${e.class} />`,async()=>{await Fs(e.id),De(e,!1)})}function br({one:e,asking:t,onAsk:n}){let{other:s}=e;return a`<span class="item"><${F} id=${e.id} label=${`Picture ${e.id}, given ${W(e.class)}`} /></span>
    <div class="said">
      <h2><${$} of=${e.class} />${s!==null&&a`<span class="arrow" aria-label="or rather">→</span><${$} of=${s} />`}</h2>
      <p class="quiet">${e.same_file.length>0&&"The same file is in another class. "}
        ${s!==null&&a`${O(e.other_share)} of the vote for <${$} of=${s} />, ${O(e.own_share)} for the
          class it has${e.sure?".":": not sure."}`}</p>
      ${t?a`<${H} label="Which class is it?" action="Move" without=${e.class} first=${s===null?[]:[s]}
        onChoose=${r=>{un(e,r)}} onCancel=${()=>n(!1)} />`:a`<div class="actions">
        ${s!==null&&a`<button type="button" class="main" onClick=${()=>{un(e,s)}}>
          <span>Move to</span> <${$} of=${s} /> <kbd aria-hidden="true">Enter</kbd></button>`}
        <button type="button" onClick=${()=>{Qs(e)}}>The label is right <kbd aria-hidden="true">L</kbd></button>
        <button type="button" onClick=${()=>n(!0)}>Another class <kbd aria-hidden="true">E</kbd></button>
        <button type="button" class="danger" onClick=${()=>Te([e.id])}>Delete <kbd aria-hidden="true">D</kbd></button>
      </div>`}
      <ol class="neighbors" aria-label="Nearest pictures">
        ${e.same_file.slice(0,2).map(r=>a`<li key=${"same"+r}><${F} id=${r} label=${"Picture "+r} />
          <span>the same file</span><small>picture ${r}</small></li>`)}
        ${e.neighbors.slice(0,hr-Math.min(2,e.same_file.length)).map(r=>a`<li key=${r.id} class=${r.class===e.class?"own":""}>
          <${F} id=${r.id} label=${"Picture "+r.id} /><${$} of=${r.class} />
          <small>${r.similarity.toFixed(3)}</small></li>`)}
      </ol>
    </div>`}function Ys(){let[e,t]=_(K),n=fe(()=>Ne(Os,h=>h.items,e),String(e)),[s,r]=_(null),o=k(me),i=k(cn),l=(n.data?.list??[]).filter(h=>!o.has(h.id)&&!i.has(_t(h))),{current:c,choose:b,act:d,step:f}=Me(l,_t);Le(f,{Enter:d(h=>{h.other!==null&&un(h,h.other)}),l:d(h=>{Qs(h)}),e:d(h=>r(h.id)),d:d(h=>Te([h.id]))});let p=n.data?.page,u=p?.small_classes??[];return a`
    ${p&&a`<p class="quiet lead">${S(p.total)} of ${v(p.judged,"judged picture")} in doubt${p.kept>0?`; ${S(p.kept)} more were found right`:""}.
      ${u.length>0&&a` Not judged, for too few pictures: ${u.slice(0,ln).map((h,w)=>a`${w>0?", ":""}<${$} of=${h.class} />`)}${u.length>ln?` and ${S(u.length-ln)} more`:""}.`}</p>`}
    <${he} of=${n} isEmpty=${l.length===0} title="No label is in doubt"
      text="Pictures whose neighbours say another class would be listed here." />
    <div class="entries">${l.map(h=>a`<${Ie} key=${h.id} isCurrent=${h===c} onChoose=${()=>b(h)}
      label=${`Picture ${h.id} of ${W(h.class)}`}>
      <${br} one=${h} asking=${s===h.id} onAsk=${w=>r(w?h.id:null)} />
    <//>`)}</div>
    <${be} isThere=${n.data?.hasMore??!1} total=${p?.total??0} onMore=${()=>t(e+K)} />`}var $t=C(0);for(let e of[L,ie])e.subscribe(()=>$t.set($t.get()+1));var wt=C(new Set);function je(e,t){let n=new Set(wt.get());for(let s of e)t?n.add(s):n.delete(s);wt.set(n)}async function gr(){if(re.get()==="live")try{ie.set((await gt(0,1)).total)}catch{}}re.subscribe(()=>{gr()});async function _r(e){(await et(e,{isKept:!0})).decision!=="unknown"&&(ut([new File([e],"picture",{type:e.type})]),V("The picture is no unknown any more: it waits on the page Ask."))}async function qe(e,t){let n=[],s=new Set;je(e.map(o=>o.id),!0);for(let[o,i]of e.entries())try{let l=await(await I(bt(i.id))).blob(),c=await Ds(i.id,t(i));n.push({item:c.added?c.id:null,picture:l}),s.add(t(i))}catch(l){je(e.slice(o).map(c=>c.id),!1),le(l);break}if(n.length===0)return;let r=s.size===1?a`<${$} of=${[...s][0]} />`:v(s.size,"class","classes");V(a`Added ${v(n.length,"picture")} to ${r}`,async()=>{for(let{item:o,picture:i}of n)o!==null&&(await tt(o),await _r(i))})}function vt(e){let t=e.map(n=>n.id);je(t,!0),Pe(`Deleting ${v(t.length,"unknown picture")} in ${ke} seconds`,async()=>{try{await Rs(t)}catch(n){throw je(t,!1),n}},()=>je(t,!1))}var kt=e=>e.answer?.decision==="known"&&e.answer.class!==null,$r=new Intl.DateTimeFormat("en-GB",{dateStyle:"medium",timeStyle:"short"});function wr(e){let{answer:t}=e;return kt(e)?a`Would now be <${$} of=${t.class} />`:t===null?"Can’t be compared any more":t.decision==="ambiguous"?a`One of ${v(t.possible?.length??0,"class","classes")} now`:t.class===null?"Nothing to compare with":"Unknown"}function vr(e){let{one:t,isChosen:n,asking:s,onToggle:r,onAsk:o}=e,{answer:i}=t,l=i?.neighbors[0],c=kt(t),b=i?.class??null,d=f=>{qe([t],()=>f)};return a`<label class="item">
      <input type="checkbox" checked=${n} onChange=${r} aria-label=${"Unknown picture "+t.id} />
      <${Vt} path=${bt(t.id)} label="" />
    </label>
    <div class="said">
      <h2 class=${c?"known":""}>${wr(t)}</h2>
      <p class="quiet">${l&&a`Nearest: <${$} of=${l.class} />, similarity ${l.similarity.toFixed(2)} · `}${$r.format(new Date(t.time))}</p>
      ${s?a`<${H} label="Which class is it?" action="Add" first=${i?.ranking.map(f=>f.class)}
        onChoose=${d} onCancel=${()=>o(!1)} />`:a`<div class="actions">
        ${b!==null&&a`<button type="button" class=${c?"main":""} onClick=${()=>d(b)}>
          <span>It is</span> <${$} of=${b} />${c&&a` <kbd aria-hidden="true">Enter</kbd>`}</button>`}
        <button type="button" class=${c?"":"main"} onClick=${()=>o(!0)}>Name it <kbd aria-hidden="true">N</kbd></button>
        <button type="button" class="danger" onClick=${()=>vt([t])}>Delete <kbd aria-hidden="true">D</kbd></button>
      </div>`}
    </div>`}function kr({list:e,onDone:t}){let[n,s]=_(!1),r=e[0].answer?.ranking.map(o=>o.class);return a`<div class="selection" role="region" aria-label="Selected pictures">
    <p role="status">${S(e.length)} selected</p>
    <button type="button" class="main" onClick=${()=>s(!0)}>Name…</button>
    <button type="button" class="danger" onClick=${()=>{t(),vt(e)}}>Delete</button>
    <button type="button" class="plain" onClick=${t}>Clear</button>
    ${n&&a`<${Q} title=${`Name ${v(e.length,"picture")}`} onClose=${()=>s(!1)}>
      <${H} label="Class" action="Add" first=${r} onCancel=${()=>s(!1)} onChoose=${o=>{t(),qe(e,()=>o)}} />
    <//>`}
  </div>`}function Zs(){let[e,t]=_(K),n=fe(()=>Ne(gt,m=>m.unknowns,e),String(e),$t),[s,r]=_(new Set),[o,i]=_(null),l=k(wt),c=(n.data?.list??[]).filter(m=>!l.has(m.id)),{current:b,choose:d,act:f,step:p}=Me(c,m=>`${m.id} ${m.answer?.decision} ${m.answer?.class}`);Le(p,{Enter:f(m=>{kt(m)&&qe([m],()=>m.answer.class)}),n:f(m=>i(m.id)),e:f(m=>i(m.id)),d:f(m=>vt([m])),x:f(m=>u(m.id))});let u=m=>{let y=new Set(s);y.delete(m)||y.add(m),r(y)},h=c.filter(m=>s.has(m.id)),w=c.filter(kt),g=new Set(w.map(m=>m.answer.class)).size;return a`
    ${w.length>0&&a`<div class="found" role="status">
      <p>${w.length===1?"One waiting unknown would now be known.":`${S(w.length)} waiting unknowns would now be known.`}</p>
      <button type="button" onClick=${()=>{qe(w,m=>m.answer.class)}}>
        Add ${w.length===1?"it to its class":`them to their ${g===1?"class":"classes"}`}</button>
    </div>`}
    <${he} of=${n} isEmpty=${c.length===0} title="No unknown pictures wait"
      text="A picture that is asked about and that no class fits is kept here until someone names it." />
    <div class="entries two">${c.map(m=>a`<${Ie} key=${m.id} label=${"Unknown picture "+m.id}
      isCurrent=${m===b} onChoose=${()=>d(m)}>
      <${vr} one=${m} isChosen=${s.has(m.id)} asking=${o===m.id} onToggle=${()=>u(m.id)}
        onAsk=${y=>i(y?m.id:null)} />
    <//>`)}</div>
    <${be} isThere=${n.data?.hasMore??!1} total=${n.data?.page.total??0} onMore=${()=>t(e+K)} />
    ${h.length>0&&a`<${kr} list=${h} onDone=${()=>r(new Set)} />`}`}function yr(){let e=fe(js),[t,n]=_(K),s=e.data?Ks(e.data.confusions):[];return a`
    ${e.data&&s.length>0&&a`<p class="quiet lead">Each of ${v(e.data.items,"picture")} was read by the others:
      ${" "+O(e.data.accuracy)} right. Pairs that are mixed up often look alike, hold wrong labels, or are one class.</p>`}
    <${he} of=${e} isEmpty=${s.length===0} title="No two classes are mixed up"
      text="Classes whose pictures are taken for each other would be listed here." />
    ${e.data&&a`<${zs} pairs=${s.slice(0,t)} sizes=${Js(e.data)} />`}
    <${be} isThere=${s.length>t} total=${s.length} onMore=${()=>n(t+K)} />`}var xr={unknowns:"Unknown",labels:"Labels",duplicates:"Duplicates",confused:"Confused"},Cr={unknowns:Zs,labels:Ys,duplicates:Xs,confused:yr};function eo({part:e}){let t=k(ie);return a`<div class="review">
    <h1>Review</h1>
    <nav class="tabs" aria-label="What to review">${tn.map(n=>a`<a key=${n} href=${ws(n)}
      aria-current=${n===e?"page":void 0}>${xr[n]}${n==="unknowns"&&t!==null&&t>0&&a`<span class="count">${S(t)}</span>`}</a>`)}</nav>
    <${Cr[e]} key=${e} />
  </div>`}var to=[{page:"ask",address:"#/",label:"Ask"},{page:"classes",address:"#/classes",label:"Classes"},{page:"review",address:"#/review",label:"Review"}];function Tr(){let e=k(pe).page,t={classes:k(B)?.length,review:k(ie)||null};return a`<header class="top">
    <a class="brand" href="#/" aria-label="simdb, to the start">simdb</a>
    <nav aria-label="Pages">
      ${to.map(n=>a`<a key=${n.page} href=${n.address}
        aria-current=${e===n.page||e==="class"&&n.page==="classes"?"page":void 0}>${n.label}${t[n.page]!=null&&a`<span class="count" aria-hidden="true">${S(t[n.page])}</span>`}</a>`)}
    </nav>
    <span class="spring"></span>
    <${Sr} />
    <button type="button" class="plain icon" aria-label="Keys" title="Keys (?)" onClick=${()=>Ce.set(!0)}>?</button>
  </header>`}function Sr(){let e=k(re),t=e==="live"?"Live":e==="lost"?"Server lost":"Connecting";return a`<span class=${"line "+e} title=${t}><i aria-hidden="true"></i><span>${t}</span></span>`}function Pr(){let e=k(re),t=k(rt),[n,s]=_(!1);return x(()=>{if(e==="lost"&&s(!0),e!=="live"||!n)return;let r=setTimeout(()=>s(!1),3e3);return()=>clearTimeout(r)},[e,n]),e==="lost"?a`<div class="banner lost">
      <p role="alert">${navigator.onLine?"The server can’t be reached.":"This device is offline."}</p>
      <span class="quiet">${t>0?`Next try in ${t} s`:"Trying…"}</span>
      <button type="button" onClick=${at}>Try now</button>
    </div>`:n&&e==="live"?a`<div class="banner found"><p role="status">The server is back.</p></div>`:null}function Er(){let e=k(ve),[t,n]=_(""),[s,r]=_(!1),o=N(null);return x(()=>o.current.focus(),[]),a`<main class="gate" id="content">
    <h1>simdb</h1>
    <p>Open the address that <code>simdb serve</code> prints, or paste the token that is in the file it names.</p>
    <form onSubmit=${async l=>{l.preventDefault();let c=t.trim();if(c){r(!0),ve.set("");try{if(!/^[\x21-\x7e]+$/.test(c))throw new U(401,"");if((await fetch("/v1/classes",{headers:{Authorization:"Bearer "+c},credentials:"omit"})).status===401)throw new U(401,"");Ot(c)}catch(b){ve.set(b instanceof U?"This token isn’t right.":"The server can’t be reached."),r(!1),o.current?.focus()}}}}>
      <label for="token">Token</label>
      <input id="token" ref=${o} type="password" autocomplete="off" spellcheck=${!1} value=${t}
        aria-describedby="token-trouble" aria-invalid=${e?"true":void 0}
        onInput=${l=>n(l.currentTarget.value)} />
      <p id="token-trouble" class="trouble" role="alert">${e}</p>
      <button type="submit" class="main" disabled=${s}>Open</button>
    </form>
    <p class="quiet">It stays in this window and is forgotten when the window closes.</p>
  </main>`}var Ar=[["Enter","The answer is right: add the picture"],["E","It is another class"],["N","It is a new class"],["U","Undo what was done last"],["J / K","Next or previous picture"],["X","Put the picture aside"],["O","Choose pictures"],["L","Review: the label is right"],["D","Review: delete"],["1 … 3","Ask, Classes, Review"],["/","Find a class"],["?","This list"]];function Nr(){let e=k(mt);return k(Ce)?a`<${Q} title="Keys" onClose=${()=>Ce.set(!1)}>
    <dl class="keys">${Ar.map(([t,n])=>a`<div key=${t}><dt><kbd>${t}</kbd></dt><dd>${n}</dd></div>`)}</dl>
    <label class="check"><input type="checkbox" checked=${e}
      onChange=${t=>xs(t.currentTarget.checked)} /> Use these keys</label>
    <div class="actions"><button type="button" class="main" onClick=${()=>Ce.set(!1)}>Close</button></div>
  <//>`:null}function no(){let e=k(R),t=k(pe),[n,s]=_(!1);return x(()=>{let r=o=>s(o.detail);return addEventListener("simdb-drag",r),()=>removeEventListener("simdb-drag",r)},[]),x(()=>{let r=t.page==="class"?"classes":t.page;document.title=`${to.find(o=>o.page===r).label} · simdb`,scrollTo(0,0)},[t]),e?a`
    <a class="skip" href="#content" onClick=${r=>{r.preventDefault(),document.getElementById("content").focus()}}>To the content</a>
    <${Tr} />
    <${Pr} />
    <main id="content" tabindex="-1">
      ${t.page==="ask"&&a`<${gs} />`}
      ${t.page==="classes"&&a`<${Ls} />`}
      ${t.page==="review"&&a`<${eo} part=${t.part} />`}
      ${t.page==="class"&&a`<${Ns} name=${t.name} />`}
    </main>
    <div class="drop" hidden=${!n} aria-hidden="true"><p>Drop pictures to ask about them</p></div>
    <${ts} />
    <${Nr} />`:a`<${Er} />`}function so(e){!R.get()||!e?.length||(X("#/"),Zt(e))}function Mr(){let e=0,t=s=>s.dataTransfer?.types.includes("Files")??!1,n=s=>dispatchEvent(new CustomEvent("simdb-drag",{detail:s}));addEventListener("dragenter",s=>{t(s)&&++e===1&&n(!0)}),addEventListener("dragleave",s=>{t(s)&&--e<=0&&(e=0,n(!1))}),addEventListener("dragover",s=>{t(s)&&s.preventDefault()}),addEventListener("drop",s=>{e=0,n(!1),t(s)&&(s.preventDefault(),so(s.dataTransfer?.files))}),addEventListener("paste",s=>so(s.clipboardData?.files))}async function Ir(){await Hn();let e=document.getElementById("root");e.replaceChildren(),Cn(a`<${no} />`,e),Cs(),Mr(),document.documentElement.dataset.ready="yes",await Jn()}Ir();
