/* Built by scripts/build_page.sh. Holds Preact (MIT) and htm (Apache-2.0), both by Jason Miller and others. */
var M,kn,go,ce,Et,Ye,xn,Ge,Cn,Mt,At,$o,qe=Symbol.for("pv"),Ze={},et=[],_o=/^m(i|n|o|s|text|space)$/,Lt=Array.isArray,Nt=et.slice,ke=Object.assign;function ye(e){e&&e.parentNode&&e.remove()}function Sn(e,t,n){var s,o,r,i={},l=arguments.length;for(r in t)r=="key"?s=t[r]:r=="ref"&&typeof e!="function"?o=t[r]:i[r]=t[r];return l>2&&(i.children=l>3?Nt.call(arguments,2):n),je(e,i,s,o,null)}function je(e,t,n,s,o){var r={type:e,props:t,key:n,ref:s,__k:null,__:null,__b:0,__e:null,__c:null,constructor:qe,__v:o||++kn,__i:-1,__u:0};return!o&&M.vnode&&M.vnode(r),r}function tt(e){return e.children}function Xe(e,t){this.props=e,this.context=t,this.__g=0}function ue(e,t){if(t==null)return e.__&&ue(e.__,e.__i+1);for(var n;t<e.__k.length;t++)if((n=e.__k[t])&&n.__e)return n.__e;return typeof e.type!="function"||e.props.__P?null:ue(e)}function wo(e){var t,n=e.__v,s=n.__e,o=[],r=[],i=e.__P;i&&((t=ke({constructor:qe},n)).__v=n.__v+1,M.vnode&&M.vnode(t),Dt(i,t,n,e.__n,i.namespaceURI,32&n.__u?[s]:null,o,s||ue(n),32&n.__u,r),t.__v=n.__v,t.__.__k[t.__i]=t,Ln(o,t,r),n.__=n.__e=null,t.__e!=s&&Pn(t))}function Pn(e){if((e=e.__)&&e.__c&&!e.props.__P)return e.__e=null,e.__k.some(function(t){return t&&(e.__e=t.__e)}),Pn(e)}function vn(e){(8&e.__g||(e.__g|=8,ce.push(e),Ye++))&&Et==M.debounceRendering||((Et=M.debounceRendering)||queueMicrotask)(Tn)}function Tn(){try{for(var e,t=1;ce.length;)ce.length>t&&ce.sort(xn),e=ce.shift(),t=ce.length,8&e.__g&&wo(e)}finally{(Ye=ce.length)&&(Et||queueMicrotask)(Tn)}}function En(e,t,n,s,o,r,i,l,c,m,u){var p,f,d,h,v,g,b=s.__k||et,_=t.length;for(c=vo(n,t,b,c,_),p=0;p<_;p++)(d=n.__k[p])!=null&&(f=~d.__i&&b[d.__i]||Ze,d.__i=p,g=Dt(e,d,f,o,r,i,l,c,m,u),h=d.__e,(f.ref!=d.ref||8&f.__u)&&(f.ref&&It(f.ref,null,d,f),d.ref&&u.push(d.ref,d.__c||h,d)),v=v||h,4&d.__u?(c=An(d,c,e,!f.__v),f.__e&&(f.__e=null)):typeof d.type=="function"&&g!==void 0?c=g:h&&(c=h.nextSibling),d.__u&=-21);return n.__e=v,c}function vo(e,t,n,s,o){var r,i,l,c,m,u,p,f,d,h=n.length,v=h,g=0,b=0,_=e.__k=Array(o);for(r=0;r<o;r++)(i=t[r])!=null&&typeof i!="boolean"&&typeof i!="function"?(typeof i!="object"||i.constructor===String?i=_[r]=je(null,i):Lt(i)?i=_[r]=je(tt,{children:i}):i.constructor===qe&&i.__b?i=_[r]=je(i.type,i.props,i.key,i.ref,i.__v):_[r]=i,c=r+g,i.__=e,i.__b=e.__b+1,l=null,~(m=i.__i=yo(i,n,c,v))&&(v--,(l=n[m])&&(l.__u|=2)),l&&l.__v?(i.__u|=16,m==c-1?g--:m==c+1?g++:m!=c&&(m>c?g--:g++,b=1)):(~m||(o>h?g--:o<h&&g++),typeof i.type!="function"&&(i.__u|=4))):_[r]=null;if(b){for(u=[],p=[],r=0;r<o;r++)if((i=_[r])&&16&i.__u){for(g=0,f=u.length;g<f;)u[d=g+f>>1]<i.__i?g=d+1:f=d;u[g]=i.__i,p[r]=g+1}for(g=u.length;r--;)p[r]&&(p[r]==g?g--:_[r].__u|=4)}if(v)for(r=0;r<h;r++)!(l=n[r])||2&l.__u||(l.__e==s&&(s=ue(l)),Rt(l,l));return s}function An(e,t,n,s){var o,r,i,l;if(typeof e.type=="function"){if(e.props.__P)return t;if(o=e.__k)for(r=0;r<o.length;r++)o[r]&&(o[r].__=e,t=An(o[r],t,n,!1));return t}for(t&&!t.parentNode&&(t=ue(e))&&!t.parentNode&&(t=null),i=e.__e,l=t;l&&l.nodeType==8;)l=l.nextSibling;for(i!=l&&(!s&&n.moveBefore&&i.parentNode?n.moveBefore(i,t):n.insertBefore(i,t||null)),t=i;(t=t&&t.nextSibling)&&t.nodeType==8&&!t.data.startsWith("$s"););return t}function yo(e,t,n,s){var o,r=e.key,i=e.type,l=t[n],c=l&&!(2&l.__u);if(l===null&&r==null||c&&r==l.key&&i==l.type)return n;if(s>(c?1:0)){for(o=n-1;o>=0;o--)if((l=t[o])&&!(2&l.__u)&&r==l.key&&i==l.type)return o;for(o=n+1;o<t.length;o++)if((l=t[o])&&!(2&l.__u)&&r==l.key&&i==l.type)return o}return-1}function yn(e,t,n){n==null&&(n=""),t[0]=="-"?e.setProperty(t,n):e[t]=n}function Ve(e,t,n,s,o){var r,i;if(t=="style")if(typeof n=="string")e.style.cssText=n;else{if(typeof s=="string"&&(e.style.cssText=s=""),s)for(t in s)n&&t in n||yn(e.style,t);if(n)for(t in n)s&&n[t]==s[t]||yn(e.style,t,n[t])}else if(t[0]=="o"&&t[1]=="n")typeof n!="function"&&(n=null),typeof s!="function"&&(s=null),(e.__e||(e.__e={}))[t]=n,n&&s||(i=At[t]||(At[t]=ko(t)),(e.__a||(e.__a={}))[t]=Mt,r=t!=(t=t.replace(Cn,"$1")),(t=t.slice(2))[0]<"a"&&(t=t.toLowerCase()),n?e.addEventListener(t,i,r):e.removeEventListener(t,i,r));else{if(o=="http://www.w3.org/2000/svg")t=t.replace(/xlink(H|:h)/,"h").replace(/sName$/,"s");else if(t!="width"&&t!="height"&&t!="href"&&t!="list"&&t!="form"&&t!="tabIndex"&&t!="download"&&t!="rowSpan"&&t!="colSpan"&&t!="role"&&t!="popover"&&t in e)try{return void(e[t]=n??"")}catch{}if(typeof n=="function")return;n==null||n===!1&&t[4]!="-"?e.removeAttribute(t):e.setAttribute(t,t=="popover"&&n==1?"":n)}}function ko(e){return function(t){var n=this.__e;if(n){if(n=n[e],t[Ge]==null)t[Ge]=Mt++;else if(t[Ge]<this.__a[e])return;return n(M.event?M.event(t):t)}}}function Dt(e,t,n,s,o,r,i,l,c,m){var u,p,f,d,h,v,g,b,_,T,A,x,E,q,Q,wn,le,ve,re=t.type;if(t.constructor!==qe)return null;128&n.__u&&(c=32&n.__u,u=n.__c.__z)&&(t.__u|=c,p=r=[],u.nodeType==8?l=Qe(u,r):r.push(u),l=r[0]||l),(u=M.__b)&&u(t);e:if(typeof re=="function"){f=i.length;try{if(b=t.props,_=(u=re.prototype)&&u.render,T=(u=re.contextType)&&s[u.__c],A=u?T?T.props.value:u.__:s,(d=n.__c)?(t.__c=d,2&d.__g&&(d.__g|=1)):(_?t.__c=d=new re(b,A):(t.__c=d=new Xe(b,A),d.constructor=re,d.render=Co),T&&T.sub(d),d.state||(d.state={}),d.__n=s,d.__g|=8,d.__h=[],d.__k=[]),_&&(d.__s||(d.__s=d.state),re.getDerivedStateFromProps&&(d.__s==d.state&&(d.__s=ke({},d.__s)),ke(d.__s,re.getDerivedStateFromProps(b,d.__s)))),h=d.props,v=d.state,d.__v=t,n.__c){if(b!==h&&_&&!re.getDerivedStateFromProps&&d.componentWillReceiveProps&&d.componentWillReceiveProps(b,A),t.__v==n.__v&&!(8&d.__g)||!(4&d.__g)&&d.shouldComponentUpdate&&d.shouldComponentUpdate(b,d.__s,A)===!1){t.__v!=n.__v&&(d.props=b,d.state=d.__s,d.__g&=-9),t.__e=n.__e,t.__k=n.__k,t.__k.some(function(B){B&&(B.__=t)}),et.push.apply(d.__h,d.__k),d.__k=[],d.__h.length&&i.push(d),l=ue(n);break e}d.componentWillUpdate&&d.componentWillUpdate(b,d.__s,A),_&&d.componentDidUpdate&&d.__h.push(function(){d.componentDidUpdate(h,v,g)})}else _&&!re.getDerivedStateFromProps&&d.componentWillMount&&d.componentWillMount(),_&&d.componentDidMount&&d.__h.push(d.componentDidMount);d.context=A,d.props=b,d.__P=e,d.__g&=-5,x=M.__r,E=_?25:0;do d.__g&=-9,x&&x(t),u=d.render(d.props,d.state=d.__s,d.context);while(8&d.__g&&++E<25);_&&(et.push.apply(d.__h,d.__k),d.__k=[]),d.state=d.__s,d.getChildContext&&(s=ke({},s,d.getChildContext())),_&&n.__c&&d.getSnapshotBeforeUpdate&&(g=d.getSnapshotBeforeUpdate(h,v)),q=u&&u.type===tt&&u.key==null?u.props.children:u,b.__P&&(u=l,o=(e=b.__P).namespaceURI,c=r=null,n.props&&n.props.__P!=e&&(n.__k.some(function(B){B&&Rt(B,B)}),n.__k=null),l=n.__k?ue(n,0):null),l=En(e,Lt(q)?q:[q],t,n,s,o,r,i,l,c,m),b.__P&&(t.__e=null,l=u),t.__u&=-161,p&&p.some(ye),d.__h.length&&i.push(d),1&d.__g&&(d.__g&=-4)}catch(B){if(i.length=f,t.__v=null,c||r)if(B&&B.then){if(t.__u|=128|c,r){for(~(le=r.indexOf(l||void 0))||(le=r.length);(ve=r[le-1])&&ve.nodeType==8;)le--;for(;le<r.length;le++)if(ve=r[le])if(r[le]=null,Q){if(ve==wn)break}else{if(ve.nodeType!=8)break;ve.data.startsWith("$s")&&(wn=Qe(Q=ve))}}if(!Q){for(;l&&l.nodeType==8&&l.nextSibling;)l=l.nextSibling;Q=l}(u=Qe(Q=t.__c.__z||(t.__c.__z=Q)))?(t.__e=Q,l=u):t.__e=l,l=l&&l.nextSibling}else r&&r.some(ye);else t.__e=n.__e;t.__k||(t.__k=n.__k||[]),B&&B.then||Mn(t),M.__e(B,t,n)}}else l=t.__e=xo(n.__e,t,n,s,o,r,i,c,m,e);return(u=M.diffed)&&u(t),l}function Qe(e,t){if(e&&e.nodeType==8&&e.data.startsWith("$s"))for(var n=1;e=e.nextSibling;){if(e.nodeType==8){if(e.data.startsWith("$s"))n++;else if(e.data.startsWith("/$s")&&!--n)return e}t&&t.push(e)}}function Mn(e){e&&(e.__c&&(e.__c.__g|=4),e.__k&&e.__k.some(Mn))}function Ln(e,t,n){for(var s=0;s<n.length;)It(n[s++],n[s++],n[s++]);M.__c&&M.__c(t,e),e.some(function(o){try{e=o.__h,o.__h=[],e.some(function(r){r.call(o)})}catch(r){M.__e(r,o.__v)}})}function xo(e,t,n,s,o,r,i,l,c,m){var u,p,f,d,h,v,g,b,_=n.props||Ze,T=t.props,A=t.type;if(A=="svg"?o="http://www.w3.org/2000/svg":A=="math"?o="http://www.w3.org/1998/Math/MathML":o||(o="http://www.w3.org/1999/xhtml"),r){for(u=0;u<r.length;u++)if((h=r[u])&&(A?h.localName==A:h.nodeType==3)){e=h,r[u]=null;break}}if(!e){if(b=m.ownerDocument||document,!A)return b.createTextNode(T);e=b.createElementNS(o,A,T.is?T:m),l&&(M.__m&&M.__m(t,r),l=!1),r=null}if(A){if(m=A=="template"&&e.content||e,r=A=="textarea"&&T.defaultValue!=null?null:r&&Nt.call(m.childNodes),!l&&r)for(_={},u=0;u<e.attributes.length;u++)_[(h=e.attributes[u]).name]=h.value;for(u in _)h=_[u],u=="dangerouslySetInnerHTML"?f=h:u=="children"||u in T||u=="value"&&"defaultValue"in T||u=="checked"&&"defaultChecked"in T||Ve(e,u,null,h,o);for(u in T)h=T[u],u=="children"?d=h:u=="dangerouslySetInnerHTML"?p=h:u=="value"?v=h:u=="checked"?g=h:l&&typeof h!="function"||_[u]===h||Ve(e,u,h,_[u],o);p?(l||f&&(p.__html==f.__html||p.__html==e.innerHTML)||(e.innerHTML=p.__html),t.__k=[]):(f&&(e.textContent=""),(A=="foreignObject"||o=="http://www.w3.org/1998/Math/MathML"&&_o.test(A))&&(o="http://www.w3.org/1999/xhtml"),En(m,Lt(d)?d:[d],t,n,s,o,r,i,r?r[0]:n.__k&&ue(n,0),l,c),r&&r.some(ye)),l&&A!="textarea"||(u="value",A=="progress"&&v==null?e.removeAttribute(u):v==null||v===e[u]&&(A!="progress"||v)||Ve(e,u,v,_[u],o),u="checked",g!=null&&g!=e[u]&&Ve(e,u,g,_[u],o))}else _===T||l&&e.data==T||(e.data=T);return e}function It(e,t,n,s){try{typeof e=="function"?t?t.__x=e(t)||1:s&&(s=s.__c||s.__e)&&(t=s.__x)&&(s.__x=null,typeof t=="function"?t():e(null)):e.current=t}catch(o){M.__e(o,n)}}function Rt(e,t,n){var s,o,r,i;if(M.unmount&&M.unmount(e),!(s=e.ref)||s.current&&s.current!=e.__e||It(s,null,t,e),s=e.__c){if(s.componentWillUnmount)try{s.componentWillUnmount()}catch(l){M.__e(l,t)}s.__P=s.__n=null}if(s=e.__k)for(i=0;i<s.length;i++)s[i]&&Rt(s[i],t,typeof e.type!="function"||n&&!e.props.__P);!n&&(s=e.__c)&&(s=s.__z)&&(o=Qe(s,r=[]))&&(s==e.__e&&r.some(ye),ye(o),ye(s)),n||ye(e.__e),e.__e=e.__c=e.__=null}function Co(e,t,n){return this.constructor(e,n)}function Nn(e,t){var n,s,o,r;M.__&&M.__(e,t),t.nodeType==9&&(t=t.documentElement),s=(n=e&&32&e.__u)?null:t.__k,t.__k=je(tt,{children:[e]}),o=[],r=[],Dt(t,t.__k,s||Ze,Ze,t.namespaceURI,s?null:t.firstChild?Nt.call(t.childNodes):null,o,s?s.__e:t.firstChild,n,r),Ln(o,t.__k,r),t.__k.props.children=null}M={__e:function(e,t,n,s){for(var o,r,i;t=t.__;)if((o=t.__c)&&!(1&o.__g)){o.__g|=4;try{if((i=(r=o.constructor)&&r.getDerivedStateFromError)&&o.setState(r.getDerivedStateFromError(e)),o.componentDidCatch&&(o.componentDidCatch(e,s||{}),i=1),i&&8&o.__g)return void(o.__g|=2)}catch(l){e=l}}throw Ye=0,e}},kn=0,go=function(e){return e!=null&&e.constructor===qe},Xe.prototype.setState=function(e,t){var n=this.__s;n&&n!=this.state||(n=this.__s=ke({},this.state)),typeof e=="function"&&(e=e(ke({},n),this.props)),e&&(ke(n,e),this.__v&&(t&&this.__k.push(t),vn(this)))},Xe.prototype.forceUpdate=function(e){this.__v&&(this.__g|=4,e&&this.__h.push(e),vn(this))},Xe.prototype.render=tt,ce=[],Ye=0,xn=function(e,t){return e.__v.__b-t.__v.__b},Ge=Symbol(),Cn=/(PointerCapture)$|Capture$/i,Mt=0,At={},$o=0;var Le,D,Ut,Dn,Ot=Object.is,nt=0,Wn=[],Ft=[],N=M,In=N.__b,Rn=N.__r,Un=N.diffed,On=N.__c,Fn=N.unmount,Hn=N.__;function st(e,t){N.__h&&N.__h(D,e,nt||t),nt=0;var n=D.__H||(D.__H={__:[],__h:[]});return e>=n.__.length&&n.__.push({}),n.__[e]}function $(e){return nt=1,So(zn,e)}function So(e,t,n){var s=st(Le++,2);if(s.t=e,!s.__c&&(s.__=[n?n(t):zn(void 0,t),function(r){var i=(s.__N||s.__)[0],l=s.t(i,r);Ot(i,l)||(s.__N=[l,s.__[1]],s.__c.setState({}))}],s.__c=D,!D.__f)){D.__f=!0;var o=D.shouldComponentUpdate;D.shouldComponentUpdate=function(r,i,l){var c=this.__H;if(!c)return!0;var m=!1,u=this.props!=r;if(c.__.some(function(f){f.__N&&(m=!0,Ot(f.__[0],f.__N[0])||(u=!0))}),o){var p=o.call(this,r,i,l);return m?p||u:p}return!m||u}}return s.__}function C(e,t){var n=st(Le++,3);!N.__s&&Kn(n.__H,t)&&(n.__P=!0,n.__=e,n.u=t,D.__H.__h.push(n))}function L(e){return nt=5,xe(function(){return{current:e}},[])}function xe(e,t){var n=st(Le++,7);return Kn(n.__H,t)&&(n.__=e(),n.__H=t),n.__}function Bn(){var e=st(Le++,11);if(!e.__){for(var t=D.__v;!t.__m&&t.__;)t=t.__;var n=t.__m||(t.__m=[0,0]);e.__="P"+n[0]+"-"+n[1]++}return e.__}function Po(){var e;do{for(;e=Ft.shift();)try{We(e)}catch(n){N.__e(n,{__:(e=e.__P)&&e.__v})}for(;e=Wn.shift();){var t=e.__H;if(e.__P&&t)try{t.__h.some(We),t.__h.some(Ht),t.__h=[]}catch(n){t.__h=[],N.__e(n,e.__v)}}}while(Ft.length)}N.__b=function(e){D=null,In&&In(e)},N.__=function(e,t){e&&t.__k&&t.__k.__m&&(e.__m=t.__k.__m),Hn&&Hn(e,t)},N.__r=function(e){Rn&&Rn(e),Le=0;var t=(D=e.__c).__H;t&&(Ut==D?D.__h=[]:(t.__h.some(We),t.__h.some(Ht),Le=0),t.__h=[],t.__.some(function(n){n.__N&&(n.__=n.__N),n.u=n.__N=void 0})),Ut=D},N.diffed=function(e){Un&&Un(e);var t=e.__c;t&&t.__H&&(t.__H.__h.length&&qn(Wn.push(t)),t.__H.__.some(function(n){n.u&&(n.__H=n.u)})),Ut=D=null},N.__c=function(e,t){t.some(function(n){try{n.__h.some(We),n.__h=n.__h.filter(function(s){return!s.__||Ht(s)})}catch(s){n.__h=[function(){throw s}]}}),On&&On(e,t)},N.unmount=function(e){Fn&&Fn(e);var t,n,s=e.__c;s&&s.__H&&(s.__H.__.some(function(o){try{if(o.__P&&o.__c){if(n===void 0){for(n=e.__;n&&(!n.__c||!n.__c.__P);)n=n.__;n=n&&n.__c}o.__P=n,qn(Ft.push(o))}else We(o)}catch(r){t=r}}),s.__H=void 0,t&&N.__e(t,s.__v))};var jn=typeof requestAnimationFrame=="function";function To(e){var t,n=function(){clearTimeout(s),jn&&cancelAnimationFrame(t),setTimeout(e)},s=setTimeout(n,35);jn&&(t=requestAnimationFrame(n))}function qn(e){e!=1&&Dn==N.requestAnimationFrame||((Dn=N.requestAnimationFrame)||To)(Po)}function We(e){var t=D,n=e.__c;typeof n=="function"&&(e.__c=void 0,n()),D=t}function Ht(e){var t=D;e.__c=e.__(),D=t}function Kn(e,t){return!e||e.length!=t.length||t.some(function(n,s){return!Ot(n,e[s])})}function zn(e,t){return typeof t=="function"?t(e):t}function S(e){let t=new Set;return{get:()=>e,set(n){if(n!==e){e=n;for(let s of[...t])s()}},subscribe(n){return t.add(n),()=>{t.delete(n)}}}}function y(e){let[t,n]=$(()=>e.get());return C(()=>{let s=()=>n(()=>e.get());return s(),e.subscribe(s)},[e]),t}var jt="simdb-token",H=S(sessionStorage.getItem(jt)),Ce=S("");function qt(e){sessionStorage.setItem(jt,e),Ce.set(""),H.set(e)}function Eo(e){sessionStorage.removeItem(jt),Ce.set(e),H.set(null)}var j=class extends Error{constructor(n,s){super(s);this.status=n}status},Ao="The server can’t be reached.";function Mo(e,t){if(e===413)return"This picture is too large for the server.";if(e===415)return"This file is no picture that can be read here.";if(e===503)return"The server is busy. Try again in a moment.";if(e===507)return"The disk of the server is full: nothing was stored.";let n=t||"The server failed.";return n.charAt(0).toUpperCase()+n.slice(1)+(/[.!?]$/.test(n)?"":".")}var Lo=e=>new Promise(t=>setTimeout(t,e*1e3));async function I(e,t={}){let n=H.get(),s=new Headers(n?{Authorization:"Bearer "+n}:{}),o=t.body;t.body&&s.set("Content-Type",t.body.type||"application/octet-stream"),t.json!==void 0&&(s.set("Content-Type","application/json"),o=JSON.stringify(t.json));for(let r=1;;++r){let i;try{i=await fetch(e,{method:t.method??"GET",headers:s,body:o,signal:t.signal,credentials:"omit",redirect:"error"})}catch(c){throw t.signal?.aborted?c:new j(0,navigator.onLine?Ao:"This device is offline.")}if(i.ok)return i;if(i.status===503&&r<4){await Lo(Math.min(Number(i.headers.get("Retry-After"))||1,10));continue}let l="";try{l=String((await i.json()).detail??"")}catch{}throw i.status===401&&n!==null&&H.get()===n&&Eo("The token isn’t valid any more."),new j(i.status,Mo(i.status,l))}}async function K(e,t={}){return await(await I(e,t)).json()}async function Vn(){let e=location.hash.slice(1);if(!(!e||e.startsWith("/"))&&(history.replaceState(null,"",location.pathname),!H.get()))try{let t=await K("/v1/session",{method:"POST",json:{code:e}});qt(t.token)}catch(t){let n=t instanceof j&&t.status===401;Ce.set(n?"This link was used before: it opens the page once.":t.message)}}var Gn=async()=>(await K("/v1/classes")).classes,de=(e,t,n=0)=>K(`/v1/items?class=${encodeURIComponent(e)}&limit=${t}&after=${n}`),Jn=!0;async function ot(e,{isKept:t=!1}={}){let n="/v1/query?why=true";if(t&&Jn)try{return await K(n+"&keep-unknown=true",{method:"POST",body:e})}catch(s){if(!(s instanceof j)||s.status!==403)throw s;Jn=!1}return K(n,{method:"POST",body:e})}var Xn=(e,t)=>K("/v1/items?class="+encodeURIComponent(e),{method:"POST",body:t}),rt=e=>I("/v1/items/"+e,{method:"DELETE"}),Qn=e=>I("/v1/items/delete",{method:"POST",json:{ids:e}}),Be=(e,t)=>I("/v1/items/move",{method:"POST",json:{ids:e,class:t}}),Yn=e=>I("/v1/classes/delete",{method:"POST",json:{class:e}}),it=(e,t,n=!1)=>I("/v1/classes/rename",{method:"POST",json:{from:e,to:t,merge:n}});var pe=S("joining"),O=S(0),fe=S(null),No=S(null),ct=S(0),Do=4e4,Io=15,Ro=2e4,at=null,Wt=()=>{},lt=new AbortController,ut=!1,es=()=>{};function Uo(e){return new Promise(t=>{let n=performance.now()+e*1e3,s=setInterval(()=>{let o=n-performance.now();ct.set(Math.max(0,Math.ceil(o/1e3))),o<=0&&Wt()},200);Wt=()=>{clearInterval(s),ct.set(0),t()}})}var dt=()=>Wt();async function Oo(e,t){let n=await I("/v1/events"+(at===null?"":"?since="+at),{signal:e});t(),O.set(O.get()+1),pe.set("live");let s=n.body.pipeThrough(new TextDecoderStream).getReader(),o="";for(;;){let{done:r,value:i}=await s.read();if(r)return;t(),o+=i;let l=o.split(`

`);o=l.pop();for(let c of l){let m=/^event: (\w+)$/m.exec(c)?.[1],u=/^data: (.*)$/m.exec(c)?.[1];m==="unknowns"&&u&&fe.set(JSON.parse(u).total),m==="job"&&u&&No.set(JSON.parse(u));let p=/^id: (\d+)$/m.exec(c)?.[1];!p||p===at||(at=p,O.set(O.get()+1))}}}async function ts(){let e=0;for(;;){if(!H.get()){await new Promise(o=>{let r=H.subscribe(()=>{r(),o()})});continue}if(ut){await new Promise(o=>{es=o});continue}lt=new AbortController;let t=0,n=()=>{clearTimeout(t),t=setTimeout(()=>lt.abort(),Do)},s=performance.now();n();try{await Oo(lt.signal,n),performance.now()-s>5e3&&(e=0)}catch(o){if(o instanceof j&&o.status===401)continue}finally{clearTimeout(t)}ut||(pe.set("lost"),++e,await Uo(Math.min(Io,.5*2**Math.min(e,6))*(.75+Math.random()/2)))}}function ns(){ut=!0,lt.abort()}function ss(){ut=!1,es(),dt()}var Zn=0;addEventListener("online",dt);addEventListener("pagehide",ns);addEventListener("pageshow",ss);document.addEventListener("visibilitychange",()=>{clearTimeout(Zn),document.hidden?Zn=setTimeout(ns,Ro):ss()});var rs=function(e,t,n,s){var o;t[0]=0;for(var r=1;r<t.length;r++){var i=t[r++],l=t[r]?(t[0]|=i?1:2,n[t[r++]]):t[++r];i===3?s[0]=l:i===4?s[1]=Object.assign(s[1]||{},l):i===5?(s[1]=s[1]||{})[t[++r]]=l:i===6?s[1][t[++r]]+=l+"":i?(o=e.apply(l,rs(e,l,n,["",null])),s.push(o),l[0]?t[0]|=2:(t[r-2]=0,t[r]=o)):s.push(l)}return s},os=new Map;function is(e){var t=os.get(this);return t||(t=new Map,os.set(this,t)),(t=rs(this,t.get(e)||(t.set(e,t=(function(n){for(var s,o,r=1,i="",l="",c=[0],m=function(f){r===1&&(f||(i=i.replace(/^\s*\n\s*|\s*\n\s*$/g,"")))?c.push(0,f,i):r===3&&(f||i)?(c.push(3,f,i),r=2):r===2&&i==="..."&&f?c.push(4,f,0):r===2&&i&&!f?c.push(5,0,!0,i):r>=5&&((i||!f&&r===5)&&(c.push(r,0,i,o),r=6),f&&(c.push(r,f,0,o),r=6)),i=""},u=0;u<n.length;u++){u&&(r===1&&m(),m(u));for(var p=0;p<n[u].length;p++)s=n[u][p],r===1?s==="<"?(m(),c=[c],r=3):i+=s:r===4?i==="--"&&s===">"?(r=1,i=""):i=s+i[0]:l?s===l?l="":i+=s:s==='"'||s==="'"?l=s:s===">"?(m(),r=1):r&&(s==="="?(r=5,o=i,i=""):s==="/"&&(r<5||n[u][p+1]===">")?(m(),r===3&&(c=c[0]),r=c,(c=c[0]).push(2,0,r),r=0):s===" "||s==="	"||s===`
`||s==="\r"?(m(),r=2):i+=s),r===3&&i==="!--"&&(r=4,c=c[0])}return m(),c})(e)),t),arguments,[])).length>1?t:t[0]}var a=is.bind(Sn);var as=2e4,Se=8,me=S([]),Fo=1;function Bt(e){let t=me.get().filter(s=>s.kind==="pending"),n=me.get().filter(s=>s.kind!=="pending").slice(-1);me.set([...t,...n,{...e,id:Fo++,at:performance.now()}])}var pt=e=>me.set(me.get().filter(t=>t.id!==e));function Y(e,t){Bt({text:e,kind:"done",undo:t,until:performance.now()+as})}function he(e){Bt({text:e instanceof Error?e.message:String(e),kind:"wrong",until:performance.now()+as})}function Ne(e,t,n){let s=a`<small class="keep">Nothing happens if this page is closed before that.</small>`;Bt({text:[e,s],kind:"pending",undo:n,act:t,until:performance.now()+Se*1e3})}async function G(e){try{return await e(),!0}catch(t){return he(t),!1}}function ls(e){let t=me.get().findLast(n=>n.undo&&n.at>e);return t?(pt(t.id),G(async()=>t.undo()),!0):!1}function Ho(){let e=performance.now();for(let t of me.get())e<t.until||(pt(t.id),t.act&&G(async()=>t.act()))}function cs(){let e=y(me),[,t]=$(0);return C(()=>{if(e.length===0)return;let n=setInterval(()=>{Ho(),t(s=>s+1)},250);return()=>clearInterval(n)},[e]),a`<div class="notices">
    ${e.map(n=>{let s=Math.max(0,Math.ceil((n.until-performance.now())/1e3));return a`<div class=${"notice "+n.kind} key=${n.id}>
        <p role=${n.kind==="wrong"?"alert":"status"}>${n.text}</p>
        ${n.kind==="pending"&&a`<span class="countdown" aria-hidden="true">${s} s</span>`}
        ${n.undo&&a`<button type="button" class="plain" onClick=${()=>{pt(n.id),G(async()=>n.undo())}}>Undo</button>`}
        ${n.kind!=="pending"&&a`<button type="button" class="plain icon" aria-label="Dismiss"
          onClick=${()=>pt(n.id)}>×</button>`}
      </div>`})}
  </div>`}var jo=/[\u{0}-\u{1f}\u{7f}-\u{9f}\u{ad}\u{61c}\u{180e}\u{200b}-\u{200f}\u{2028}-\u{202e}\u{2060}-\u{206f}\u{feff}\u{fff9}-\u{fffb}\u{e0000}-\u{e0fff}]/gu,De=e=>e.replace(jo,t=>"⟨"+t.codePointAt(0).toString(16).toUpperCase().padStart(4,"0")+"⟩"),qo=new Intl.NumberFormat("en-US"),P=e=>qo.format(e),ds={light:["#0072b2","#e69f00","#009e73","#cc4c9b","#d55e00","#33a9e0","#7a5cc2","#8c6d31","#c42d3d","#6b7580"],dark:["#4da3e8","#f2b134","#2fc795","#ec85c3","#f5803e","#7fd0f7","#a98ff0","#c2a05a","#f0707d","#a4aeb9"]},us={light:{red:"#d83a34",green:"#2a9d4a",blue:"#2f62d6",yellow:"#e0b000",purple:"#8e3fb8",cyan:"#17a9bf",orange:"#ee7f1a",brown:"#8a5a2b",pink:"#e377b5",black:"#22262b",grey:"#8a9099",gray:"#8a9099",magenta:"#c837ab"},dark:{red:"#f4655f",green:"#45c46a",blue:"#6f9bff",yellow:"#f2cb3a",purple:"#bb7be0",cyan:"#3fd0e4",orange:"#ff9c45",brown:"#bb8a58",pink:"#f4a3d2",black:"#59616b",grey:"#a4aab2",gray:"#a4aab2",magenta:"#e667cc"}},$i=ds.light.length;function Wo(e,t,n){let s=t*Math.min(n,1-n),o=r=>{let i=(r+e/30)%12,l=n-s*Math.max(-1,Math.min(i-3,9-i,1));return Math.round(255*l).toString(16).padStart(2,"0")};return"#"+o(0)+o(8)+o(4)}function ps(e,t){let n=t?"dark":"light";return e.length>0&&e.every(s=>Object.hasOwn(us.light,s))?e.map(s=>us[n][s]):e.map((s,o)=>ds[n][o]??Wo(o*137.508%360,[.62,.48,.76][o%3],(t?.66:.45)+[0,.09,-.09][o%3]))}var fs=80;function z(e){let t=[...De(e)];return t.length<=fs?t.join(""):t.slice(0,fs-1).join("")+"…"}var w=({of:e})=>a`<bdi class="name" title=${De(e)}>${z(e)}</bdi>`,k=(e,t,n=t+"s")=>P(e)+" "+(e===1?t:n);function R(e){return e>.99&&e<1?"> 99 %":e>0&&e<.01?"< 1 %":Math.round(e*100)+" %"}var F=S([]),X=S(0),Pe=S(""),Bo=2,Ko=30,zo=1,Kt=0,ft=()=>F.get().filter(e=>e.state!=="settled");function be(e,t){F.set(F.get().map(n=>n.key===e?{...n,...t}:n))}var ie=e=>F.get().find(t=>t.key===e);function mt(e){let t=[];for(let s of e)t.push({key:zo++,file:s,preview:URL.createObjectURL(s),state:"waiting",answeredAt:0});if(t.length===0)return;let n=ft().length>0;F.set([...F.get(),...t]),n||X.set(t[0].key),ht()}function ms(e){let t=z(e.class??"");switch(e.decision){case"known":return`This is ${t}.`;case"ambiguous":return`Either ${(e.possible??[]).map(n=>z(n.class)).join(" or ")}.`;case"unknown":return"Unknown: no class fits this picture.";default:return e.class===null?"There is nothing to compare this picture with yet.":`Probably ${t}.`}}var Jo=(e,t)=>e?.class===t.class&&e.decision===t.decision;async function hs(e,t){t||be(e.key,{state:"asking"});try{let n=await ot(e.file,{isKept:!t}),s=ie(e.key);if(!s||s.state!=="asking"&&s.state!=="answered")return;let o=t&&e.answer?.decision!=="known"&&n.decision==="known",r=Jo(s.answer,n)?s.answeredAt:performance.now();be(e.key,{state:"answered",answer:n,trouble:void 0,answeredAt:r,learned:s.learned||o}),t||Pe.set(ms(n))}catch(n){t||be(e.key,{state:"failed",trouble:n.message})}}function ht(){for(;Kt<Bo;){let e=F.get().find(t=>t.state==="waiting");if(!e)return;++Kt,hs(e,!1).finally(()=>{--Kt,ht()})}}var zt=!1;O.subscribe(async()=>{if(!zt){zt=!0;try{await new Promise(n=>setTimeout(n,300));let e=F.get().filter(n=>n.state==="answered"&&n.answer?.decision!=="known"),t=0;for(let n of e.slice(0,Ko))await hs(n,!0),ie(n.key)?.answer?.decision==="known"&&++t;t>0&&Pe.set(`${t} of the waiting pictures would now be known.`)}finally{zt=!1}}});function bs(e){be(e,{state:"waiting",trouble:void 0}),ht()}function gs(e){let t=F.get(),n=t.findIndex(r=>r.key===e),s=r=>r.state!=="settled"&&r.key!==e,o=t.slice(n+1).find(s)??t.find(s);o&&X.get()===e&&X.set(o.key)}async function ae(e,t){let n=ie(e);if(!n||n.state==="settled"||n.state==="adding")return;let s=n.state;be(e,{state:"adding"});try{let o=await Xn(t,n.file),r=o.duplicate_of?.class;be(e,{state:"settled",added:{id:o.id,class:t,isNew:o.added,elsewhere:r===t?void 0:r,at:performance.now()}}),Pe.set(o.added?`Added to ${z(t)}.`:`It was in ${z(t)} already.`),gs(e)}catch(o){be(e,{state:s}),he(o)}}async function bt(e){let t=ie(e)?.added;if(!(!t?.isNew||t.id===null))try{await rt(t.id),be(e,{state:"waiting",added:void 0}),X.set(e),Pe.set(`Taken out of ${z(t.class)} again.`),ht()}catch(n){he(n)}}function $s(){return F.get().filter(t=>t.state==="settled"&&t.added?.isNew).sort((t,n)=>t.added.at-n.added.at).at(-1)}function Te(e){gs(e);let t=ie(e);t&&URL.revokeObjectURL(t.preview),F.set(F.get().filter(n=>n.key!==e))}function _s(){for(let e of F.get())e.state==="settled"&&Te(e.key)}function Jt(e){let t=ft();if(t.length===0)return;let n=t.findIndex(o=>o.key===X.get()),s=t[Math.min(t.length-1,Math.max(0,n+e))];X.set(s.key),Pe.set(s.answer?ms(s.answer):s.file.name)}var J=S(null),Ie=S(new Set),Vt=!1,Gt=!1;async function Xt(){if(!H.get())return J.set(null);if(Vt){Gt=!0;return}Vt=!0;try{do Gt=!1,J.set(await Gn());while(Gt)}catch{}finally{Vt=!1}}O.subscribe(()=>{Xt()});H.subscribe(()=>{Xt()});Xt();var Vo=7;function W(e){let t=y(J)??[],[n,s]=$(e.value??""),[o,r]=$(-1),i=L(null),l=Bn();C(()=>{i.current.focus(),i.current.select()},[]);let c=n.trim().toLocaleLowerCase(),m=e.first??[],u=g=>m.includes(g)?m.indexOf(g):m.length,p=t.filter(g=>g.class!==e.without&&g.class.toLocaleLowerCase().includes(c)).sort((g,b)=>u(g.class)-u(b.class)).slice(0,Vo),f=t.some(g=>g.class===n.trim()),d=n.trim()!==""&&n.trim()!==e.without&&(f||e.allowNew!==!1),h=g=>e.onChoose(g),v=g=>{g.stopPropagation();let b=p.length;if(g.key==="ArrowDown")r((o+1)%Math.max(b,1));else if(g.key==="ArrowUp")r(o<=0?b-1:o-1);else if(g.key==="Escape")e.onCancel();else if(g.key==="Enter"){let _=p[o]?.class;_!==void 0?h(_):d?h(n.trim()):e.allowNew===!1&&b===1&&h(p[0].class)}else return;g.preventDefault()};return a`<div class="choice">
    <label for=${l}>${e.label}</label>
    <div class="choice-row">
      <input id=${l} ref=${i} type="text" role="combobox" autocomplete="off" spellcheck=${!1} maxlength="1024"
        aria-expanded=${p.length>0} aria-controls=${l+"-list"} aria-autocomplete="list"
        aria-activedescendant=${o>=0&&p[o]?`${l}-${o}`:void 0}
        value=${n} onKeyDown=${v}
        onInput=${g=>{s(g.currentTarget.value),r(-1)}} />
      <button type="button" class="main" disabled=${!d} onClick=${()=>h(n.trim())}>
        ${!f&&n.trim()!==""&&e.allowNew!==!1?"New class":e.action}</button>
      <button type="button" class="plain" onClick=${e.onCancel}>Cancel</button>
    </div>
    <ul id=${l+"-list"} role="listbox" aria-label="Classes" hidden=${p.length===0}>
      ${p.map((g,b)=>a`<li key=${g.class} id=${`${l}-${b}`} role="option"
          aria-selected=${b===o} onClick=${()=>h(g.class)}>
        <${w} of=${g.class} /><small>${k(g.items,"picture")}</small>
      </li>`)}
    </ul>
  </div>`}var Go=4,Xo=500,ge=new Map,ws=[],Qt=0;async function Qo(e){Qt>=Go&&await new Promise(t=>ws.push(t)),++Qt;try{let t=await I(e);return URL.createObjectURL(await t.blob())}finally{--Qt,ws.shift()?.()}}function Yo(e){let t=ge.get(e);t||(t={users:0,address:Qo(e)},t.address.catch(()=>ge.delete(e))),ge.delete(e),ge.set(e,t),++t.users;for(let[n,{users:s,address:o}]of ge){if(ge.size<=Xo)break;s>0||(ge.delete(n),o.then(r=>URL.revokeObjectURL(r)))}return t.address}var vs=new WeakMap,Yt=new IntersectionObserver(e=>{for(let t of e)t.isIntersecting&&(Yt.unobserve(t.target),vs.get(t.target)?.())},{rootMargin:"300px"});function Zt({path:e,label:t}){let n=L(null),[s,o]=$(null),[r,i]=$(!1),[l,c]=$(0);return C(()=>{let m=n.current,u=!1,p=!1;return o(null),i(!1),vs.set(m,()=>{p=!0,Yo(e).then(f=>{u||o(f)},()=>{u||i(!0)})}),Yt.observe(m),()=>{u=!0,Yt.unobserve(m);let f=ge.get(e);p&&f&&--f.users}},[e,l]),C(()=>r?O.subscribe(()=>c(l+1)):void 0,[r,l]),a`<span class="thumbnail" ref=${n}>
    ${s&&a`<img src=${s} alt=${t} decoding="async" onLoad=${en} />`}
    ${r&&a`<span class="no-picture">no picture</span>`}
  </span>`}var U=({id:e,label:t})=>a`<${Zt} path=${`/v1/items/${e}/thumbnail`} label=${t} />`;function en(e){let t=e.currentTarget;t.classList.toggle("small",t.naturalWidth<64)}var Zo=5;function ks({answer:e}){return e.ranking.length===0?null:a`<section class="votes" aria-label="Votes of the nearest pictures">
    <h3>Votes of the nearest pictures</h3>
    <ul>
      ${e.ranking.slice(0,Zo).map(t=>a`<li key=${t.class}>
        <${w} of=${t.class} />
        <span class="bar" aria-hidden="true"><i style=${{width:t.score*100+"%"}}></i></span>
        <span class="figure">${R(t.score)}</span>
      </li>`)}
    </ul>
  </section>`}var gt=e=>e.toFixed(3);function er(e){return e.p===null?"–":e.possible?"yes":"no"}var ys=(e,t)=>t==="unknown"||e===null?a`it would be unknown`:a`the answer would be <${w} of=${e} />${t==="ambiguous"?", in doubt":""}`;function xs({answer:e}){let t=e.why;if(!t||t.classes.length===0)return null;let n=e.neighbors.filter(i=>i.decisive&&i.without).slice(0,3),{runner_up:s}=t,r=e.decision==="unknown"&&t.overturned?.decision==="unknown"?null:t.overturned;return a`<details class="why">
    <summary>Why?</summary>
    <div class="scroll" tabindex="0" role="group" aria-label="Classes in question">
      <table>
        <thead><tr><th scope="col">Class</th><th scope="col">Votes</th><th scope="col">Most alike</th>
          <th scope="col">Needed</th><th scope="col">p</th><th scope="col">Fits</th></tr></thead>
        <tbody>${t.classes.map(i=>a`<tr key=${i.class}>
          <th scope="row"><${w} of=${i.class} /></th>
          <td>${R(i.share)}</td>
          <td>${gt(i.similarity)}</td>
          <td>${i.possible_from===null?"–":gt(i.possible_from)}</td>
          <td>${i.p===null?"–":gt(i.p)}</td>
          <td>${er(i)}</td>
        </tr>`)}</tbody>
      </table>
    </div>
    <ul class="reasons">
      ${n.map(i=>a`<li key=${i.id}>Without picture ${i.id} of <${w} of=${i.class} />
        ${" "}${ys(i.without.class,i.without.decision)}.</li>`)}
      ${n.length===0&&r&&a`<li>Without the ${k(r.items.length,"nearest picture")}
        ${" "}${ys(r.class,r.decision)}.</li>`}
      ${s&&s.wins_from!==null&&a`<li><${w} of=${s.class} /> would win with a picture of
        similarity ${gt(s.wins_from)} or more.</li>`}
    </ul>
    <p class="quiet">p is the share of a class’s own pictures that are no more alike to the class than this one.
      A class fits if p is above ${e.alpha??"the limit"}.</p>
  </details>`}var $e=S(null),tr=8,nr=500;function Cs(e){let t=ie(e),n=t?.answer?.class;t?.state!=="answered"||!t.answer.accepted||typeof n!="string"||performance.now()-t.answeredAt<nr||ae(e,n)}function Ss(e){let t=a`<${w} of=${e.class??""} />`;if(e.class===null)return a`Nothing to compare with yet`;switch(e.decision){case"known":return a`This is ${t}`;case"ambiguous":return a`One of ${k(e.possible?.length??0,"class","classes")}`;case"unknown":return a`Unknown`;default:return e.accepted?a`Probably ${t}`:a`Unknown`}}function sr(e){let t=e.possible?.find(s=>s.class===e.class)?.p,n=e.alpha??.05;if(e.class===null)return"Name its class, and the database begins with it.";switch(e.decision){case"known":return a`${R(e.confidence)} of the votes${typeof t=="number"&&a` · at least as alike to its class as ${R(t)} of the class’s own pictures (p ${t.toFixed(2)})`}`;case"ambiguous":return"More than one class fits. Which one is it?";case"unknown":return`No class fits: ${R(1-n)} of known pictures are more alike to their class than this one. Start a new class, or say which class it is.`;default:return a`${R(e.confidence)} of the votes. How sure that is hasn’t been measured here
        (“simdb calibrate” does it), so a picture of something new isn’t noticed.`}}var tn=e=>e.class===null||e.decision==="unknown"||!e.accepted&&e.decision==="uncalibrated"?"unknown":e.decision==="known"?"known":"doubt";function or({one:e,answer:t}){let n=y($e),s=e.state==="adding";if(n?.key===e.key)return a`<${W} label=${n.isNew?"Name of the new class":"Which class is it?"} action="Add"
      first=${t.ranking.map(c=>c.class)}
      onCancel=${()=>$e.set(null)}
      onChoose=${c=>{$e.set(null),ae(e.key,c)}} />`;let o=t.class===null||tn(t)==="unknown",r=t.decision==="ambiguous"?(t.possible??[]).map(c=>c.class).slice(0,4):[],i=t.class!==null&&t.accepted&&r.length===0,l=a`<button type="button" class=${o?"main":""} disabled=${s}
    onClick=${()=>$e.set({key:e.key,isNew:!0})}>New class <kbd aria-hidden="true">N</kbd></button>`;return a`<div class="actions">
    ${o&&l}
    ${o&&t.class!==null&&a`<button type="button" disabled=${s}
      onClick=${()=>{ae(e.key,t.class)}}><span>It is</span> <${w} of=${t.class} /></button>`}
    ${i&&a`<button type="button" class="main" disabled=${s}
      onClick=${()=>{ae(e.key,t.class)}}>Right, add it <kbd aria-hidden="true">Enter</kbd></button>`}
    ${r.map(c=>a`<button type="button" key=${c} class="main" disabled=${s}
      onClick=${()=>{ae(e.key,c)}}><${w} of=${c} /></button>`)}
    ${t.class!==null&&a`<button type="button" disabled=${s}
      onClick=${()=>$e.set({key:e.key,isNew:!1})}>Another class <kbd aria-hidden="true">E</kbd></button>`}
    ${!o&&l}
  </div>`}function rr({answer:e}){return e.neighbors.length===0?null:a`<section aria-label="Nearest pictures">
    <h3>Nearest pictures</h3>
    <ol class="neighbors">
      ${e.neighbors.slice(0,tr).map(t=>a`<li key=${t.id}>
        <${U} id=${t.id} label=${"Picture "+t.id} />
        <${w} of=${t.class} />
        <small title=${"similarity "+t.similarity.toFixed(4)}>${t.similarity.toFixed(3)}</small>
      </li>`)}
    </ol>
  </section>`}function nn({one:e}){let[t,n]=$(!1);return a`<span class="preview">
    ${t?a`<span class="no-picture">no preview</span>`:a`<img src=${e.preview} alt=${"The picture "+e.file.name} decoding="async" onLoad=${en}
                 onError=${()=>n(!0)} />`}
  </span>`}function ir({one:e}){let t=e.added;return a`<article class="card settled" aria-label=${e.file.name}>
    <${nn} one=${e} />
    <p>${t.isNew?"Added to ":"Was already in "}<${w} of=${t.class} />
      ${t.elsewhere&&t.elsewhere!==t.class&&a`<small class="warning">The same picture is also in <${w} of=${t.elsewhere} />.</small>`}</p>
    ${t.isNew&&a`<button type="button" onClick=${()=>{bt(e.key)}}>Undo</button>`}
    <button type="button" class="plain icon" aria-label="Put aside" onClick=${()=>Te(e.key)}>×</button>
  </article>`}function ar({one:e}){let t=e.answer;return a`<article class="card row" aria-label=${e.file.name}>
    <button type="button" class="open" onClick=${()=>X.set(e.key)}>
      <${nn} one=${e} />
      ${t?a`<span class=${"verdict "+tn(t)}>${Ss(t)}</span>`:a`<span class="quiet">${e.state==="failed"?"No answer":"Looking…"}</span>`}
      ${e.learned&&a`<span class="badge">known now</span>`}
      <span class="spring"></span>
      ${t&&t.class!==null&&t.decision!=="unknown"&&a`<small>${R(t.confidence)}</small>`}
    </button>
    <button type="button" class="plain icon" aria-label="Put aside" onClick=${()=>Te(e.key)}>×</button>
  </article>`}function Ps({one:e}){let t=y(X)===e.key,n=L(null);if(C(()=>{if(!t||e.state==="settled")return;let o=n.current.getBoundingClientRect();document.activeElement===document.body&&n.current.focus({preventScroll:!0}),(o.top<64||o.top>innerHeight*.6)&&n.current.scrollIntoView({block:"start"})},[t]),e.state==="settled")return a`<${ir} one=${e} />`;if(!t)return a`<${ar} one=${e} />`;let s=e.answer;return a`<article class="card active" ref=${n} tabindex="-1" aria-label=${e.file.name} aria-current="true">
    <div class="asked">
      <${nn} one=${e} />
      <p class="file" title=${e.file.name}><bdi>${e.file.name}</bdi></p>
    </div>
    <div class="told">
      <button type="button" class="plain icon aside" aria-label="Put this picture aside" title="Put aside (X)"
        onClick=${()=>Te(e.key)}>×</button>
      ${!s&&e.state!=="failed"&&a`<div class="thinking"><h2>Looking…</h2></div>`}
      ${e.state==="failed"&&a`<div class="failed">
        <h2>No answer</h2><p role="alert">${e.trouble}</p>
        <div class="actions"><button type="button" onClick=${()=>bs(e.key)}>Try again</button></div>
      </div>`}
      ${s&&e.state!=="failed"&&a`
        <div class=${"verdict "+tn(s)}>
          <h2>${Ss(s)}</h2>
          ${e.learned&&a`<span class="badge">known now, by what was added since</span>`}
          <p>${sr(s)}</p>
        </div>
        <${or} one=${e} answer=${s} />
        <${rr} answer=${s} />
        <${ks} answer=${s} />
        <${xs} answer=${s} />`}
    </div>
  </article>`}var sn=S(()=>{});function on(e){let t=[...e??[]],n=t.filter(s=>s.type.startsWith("image/")||s.type==="");n.length<t.length&&he("Only pictures can be asked about."),mt(n)}function lr({compact:e}){let t=L(null),n=L(null),s=y(J);C(()=>sn.set(()=>t.current?.click()),[]);let o=r=>{let i=r.currentTarget;on(i.files),i.value=""};return a`<section class=${"inlet"+(e?" compact":"")} aria-label="Ask about pictures">
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
    <input ref=${t} id="files" type="file" accept="image/*" multiple hidden onChange=${o} aria-label="Pictures" />
    <input ref=${n} id="camera" type="file" accept="image/*" capture="environment" hidden onChange=${o}
      aria-label="Photograph" />
  </section>`}function cr(){let e=y(F),[t,n]=$(!1),s=e.filter(l=>l.state!=="settled"),o=s.filter(l=>l.state==="answered"&&l.answer?.decision==="known"),r=e.length-s.length;C(()=>{s.length<2&&n(!1)},[s.length]);let i=async l=>{n(!1);for(let c of ft())await ae(c.key,l)};return a`<div class="together">
    <p class="quiet">${s.length>0?k(s.length,"picture")+" waiting":"All answered"}${r>0?` · ${P(r)} done`:""}</p>
    ${!t&&o.length>1&&a`<button type="button" onClick=${()=>o.forEach(l=>{ae(l.key,l.answer.class)})}>
      Add the ${P(o.length)} known ones</button>`}
    ${!t&&s.length>1&&a`<button type="button" onClick=${()=>n(!0)}>All are one class…</button>`}
    ${r>0&&a`<button type="button" class="plain" onClick=${_s}>Clear done</button>`}
    ${t&&a`<${W} label=${`Class of all ${s.length} pictures`} action="Add all"
      onChoose=${l=>{i(l)}} onCancel=${()=>n(!1)} />`}
  </div>`}function Ts(){let e=y(F),t=y(Pe);return a`<div class="ask">
    <h1 class="unseen">Ask</h1>
    <${lr} compact=${e.length>0} />
    ${e.length>0&&a`<${cr} />`}
    <p class="unseen" role="status" aria-live="polite">${t}</p>
    <div class="cards">${e.map(n=>a`<${Ps} key=${n.key} one=${n} />`)}</div>
  </div>`}var ur=250;function Z(e,t="",n=O){let[s,o]=$({data:null,trouble:"",key:t});return C(()=>{let r=new AbortController,i=!1,l=!1,c=async()=>{if(l=!0,!i){for(i=!0;l&&!r.signal.aborted;){l=!1;let u=performance.now();try{let p=await e(r.signal);r.signal.aborted||o({data:p,trouble:"",key:t})}catch(p){r.signal.aborted||o(f=>({data:f.key===t?f.data:null,trouble:p.message,key:t}))}await new Promise(p=>setTimeout(p,Math.max(ur,performance.now()-u)))}i=!1}},m=n.subscribe(()=>{c()});return c(),()=>{r.abort(),m()}},[t,n]),s.key===t?s:{data:null,trouble:""}}async function Re(e,t,n,s=100){let o=[],r=0;for(;;){let i=await e(r,Math.min(s,n-o.length));if(o.push(...t(i)),i.next===void 0||i.next===null)return{list:o,page:i,hasMore:!1};if(o.length>=n)return{list:o,page:i,hasMore:!0};r=i.next}}var Ke=S({});function $t(e){C(()=>(Ke.set(e),()=>{Ke.get()===e&&Ke.set({})}))}var an=["unknowns","labels","duplicates","confused"],rn="#/class/",Es="#/review/",ee=e=>rn+encodeURIComponent(e),As=e=>Es+e;function Ms(){let e=location.hash;if(e==="#/classes")return{page:"classes"};if(e==="#/map")return{page:"map"};if(e==="#/measures")return{page:"measures"};if(e.startsWith("#/review"))return{page:"review",part:an.find(t=>e===Es+t)??"unknowns"};if(e.startsWith(rn))try{return{page:"class",name:decodeURIComponent(e.slice(rn.length))}}catch{return{page:"classes"}}return{page:"ask"}}var _e=S(Ms());addEventListener("hashchange",()=>_e.set(Ms()));function te(e){location.hash=e}var Ns="simdb-keys",Ee=S(!1),_t=S(localStorage.getItem(Ns)!=="off");function Ds(e){localStorage.setItem(Ns,e?"on":"off"),_t.set(e)}var dr=e=>e instanceof HTMLElement&&e.closest("input:not([type=checkbox]), textarea, select, dialog")!==null,pr=e=>e instanceof HTMLElement&&e.closest("button, a, summary, input, label")!==null;function fr(){let e=$s();!ls(e?.added.at??0)&&e&&bt(e.key)}function mr(e){let t=ie(X.get());if(_e.get().page!=="ask"||!t||t.state==="settled")return!1;if(e==="Enter")Cs(t.key);else if(e==="x")Te(t.key);else if(e==="e"&&t.answer)$e.set({key:t.key,isNew:!1});else if(e==="n"&&t.answer)$e.set({key:t.key,isNew:!0});else return!1;return!0}var Ls={1:"#/",2:"#/classes",3:"#/review",4:"#/map"};function hr(e){let t=Ke.get()[e];if(t)t();else if(e==="?")Ee.set(!0);else if(Ls[e])te(Ls[e]);else if(e==="u")fr();else if(e==="j")Jt(1);else if(e==="k")Jt(-1);else if(e==="o"&&_e.get().page==="ask")sn.get()();else if(e==="/")_e.get().page!=="classes"&&te("#/classes"),setTimeout(()=>document.getElementById("class-filter")?.focus(),50);else return mr(e);return!0}function Is(){addEventListener("keydown",e=>{if(!_t.get()||e.ctrlKey||e.metaKey||e.altKey||e.isComposing||e.defaultPrevented||dr(e.target)||Ee.get()||e.key==="Enter"&&(pr(e.target)||e.repeat))return;let t=e.key.length===1?e.key.toLowerCase():e.key;hr(t)&&e.preventDefault()})}function ne(e){let t=L(null);return C(()=>{let n=document.activeElement;return t.current.showModal(),()=>n?.focus()},[]),a`<dialog ref=${t} aria-labelledby="dialog-title" onClose=${e.onClose}
      onClick=${n=>{n.target===t.current&&t.current.close()}}>
    <div class="dialog">
      <h2 id="dialog-title">${e.title}</h2>
      ${e.children}
    </div>
  </dialog>`}var Rs=1e5,se=S(new Set);function ln(e,t){let n=new Set(se.get());for(let s of e)t?n.add(s):n.delete(s);se.set(n)}async function cn(e,t){for(let n=0;n<e.length;n+=Rs)await t(e.slice(n,n+Rs))}function Ae(e){ln(e,!0),Ne(`Deleting ${k(e.length,"picture")} in ${Se} seconds`,async()=>{try{await cn(e,Qn)}catch(t){throw ln(e,!1),t}},()=>ln(e,!1))}async function br(e){let t=new Map;for(let n of e){let s=t.get(n.class);s?s.push(n.id):t.set(n.class,[n.id])}for(let[n,s]of t)await cn(s,o=>Be(o,n))}var un=(e,t,n)=>G(async()=>{await cn(e.map(s=>s.id),s=>Be(s,t)),Y(a`Moved ${k(e.length,"picture")} to <${w} of=${t} />`,async()=>{await br(e),n?.()})});function wt({items:e,without:t,onDone:n}){let[s,o]=$(!1);return a`<div class="selection" role="region" aria-label="Selected pictures">
    <p role="status">${P(e.length)} selected</p>
    <button type="button" class="main" onClick=${()=>o(!0)}>Move…</button>
    <button type="button" class="danger" onClick=${()=>{n(),Ae(e.map(r=>r.id))}}>Delete</button>
    <button type="button" class="plain" onClick=${n}>Clear</button>
    ${s&&a`<${ne} title=${`Move ${k(e.length,"picture")}`} onClose=${()=>o(!1)}>
      <${W} label="To class" action="Move" without=${t} onCancel=${()=>o(!1)}
        onChoose=${r=>{n(),un(e,r)}} />
    <//>`}
  </div>`}var vt=100,Us=1e3,Os=1e4;async function gr(e){let t=[];for(let n=0;n!==null;){let s=await de(e,Us,n);t.push(...s.items.map(o=>o.id)),n=s.next}return t}async function Fs(e,t,n){let s=n<=Os?await gr(e):[];await it(e,t,!0),Y(a`Merged <${w} of=${e} /> into <${w} of=${t} />`,s.length>0?()=>Be(s,e):void 0),te(ee(t))}function dn(e,t){let n=new Set(Ie.get());t?n.add(e):n.delete(e),Ie.set(n)}function $r(e,t){dn(e,!0),te("#/classes"),Ne(a`Deleting <${w} of=${e} /> and its ${k(t,"picture")} in ${Se} seconds`,async()=>{try{await Yn(e)}finally{dn(e,!1)}},()=>dn(e,!1))}function _r({name:e,size:t,onClose:n}){let[s,o]=$(e),[r,i]=$(""),[l,c]=$(null),m=L(null);C(()=>m.current.select(),[]);let u=async p=>{p.preventDefault();let f=s.trim();if(f===e)return n();try{await it(e,f),Y(a`Renamed to <${w} of=${f} />`,async()=>{await it(f,e),te(ee(e))}),n(),te(ee(f))}catch(d){d instanceof j&&d.status===409?c(f):i(d.message)}};return l!==null?a`<${ne} title="Merge the two?" onClose=${n}>
      <p>There is a class <${w} of=${l} /> already. Merged, the ${k(t,"picture")} of
        ${" "}<${w} of=${e} /> belong to it.</p>
      <div class="actions">
        <button type="button" class="main" onClick=${()=>{n(),G(()=>Fs(e,l,t))}}>Merge</button>
        <button type="button" onClick=${()=>c(null)}>Back</button>
      </div>
    <//>`:a`<${ne} title="Rename the class" onClose=${n}>
    <form onSubmit=${u}>
      <label for="new-name">Name</label>
      <input id="new-name" ref=${m} type="text" value=${s} autocomplete="off" spellcheck=${!1} maxlength="1024"
        aria-describedby="rename-trouble" onInput=${p=>o(p.currentTarget.value)} />
      <p id="rename-trouble" class="trouble" role="alert">${r}</p>
      <div class="actions">
        <button type="submit" class="main" disabled=${s.trim()===""}>Rename</button>
        <button type="button" onClick=${n}>Cancel</button>
      </div>
    </form>
  <//>`}function wr({name:e,size:t,onClose:n}){return a`<${ne} title="Merge into another class" onClose=${n}>
    <p class="quiet">All ${k(t,"picture")} of <${w} of=${e} /> move there.
      ${t>Os&&" So many pictures can’t be taken back."}</p>
    <${W} label="Class" action="Merge" allowNew=${!1} without=${e} onCancel=${n}
      onChoose=${s=>{n(),G(()=>Fs(e,s,t))}} />
  <//>`}function vr(e){let[t,n]=$(null),[s,o]=$(null),r=y(O),i=L(vt);return C(()=>{n(null),i.current=vt},[e]),C(()=>{let c=!1;return(async()=>{let u=[],p=0;for(;p!==null&&u.length<i.current;){let f=await de(e,Math.min(Us,i.current-u.length),p);u.push(...f.items),p=f.next}c||(n(u),o(p))})().catch(()=>{}),()=>{c=!0}},[e,r]),{items:t,next:s,more:async()=>{let c=await de(e,vt,s);i.current+=vt,n([...t??[],...c.items]),o(c.next)}}}function Hs({name:e}){let t=y(J),{items:n,next:s,more:o}=vr(e),[r,i]=$(new Set),[l,c]=$(null);C(()=>i(new Set),[e]);let m=y(Ie).has(e),u=y(se),p=t?.find(v=>v.class===e)?.items??n?.length??0,f=(n??[]).filter(v=>!u.has(v.id)),d=f.filter(v=>r.has(v.id)),h=v=>{let g=new Set(r);g.delete(v)||g.add(v),i(g)};return a`<div class="class-page">
    <a class="back" href="#/classes">‹ Classes</a>
    <header class="page-head">
      <div>
        <h1><${w} of=${e} /></h1>
        <p class="quiet" role="status">${m?"Being deleted":k(p,"picture")}</p>
      </div>
      ${n!==null&&n.length>0&&!m&&a`<div class="actions">
        <button type="button" onClick=${()=>c("rename")}>Rename</button>
        <button type="button" onClick=${()=>c("merge")}>Merge…</button>
        <button type="button" class="danger" onClick=${()=>$r(e,p)}>Delete</button>
      </div>`}
    </header>
    ${n?.length===0&&a`<div class="empty"><h2>No pictures here</h2>
      <p class="quiet">There is no class of this name. It may have been renamed or deleted.</p>
      <a class="button main" href="#/classes">All classes</a></div>`}
    <ul class="items" aria-label=${"Pictures of "+z(e)}>
      ${f.map(v=>a`<li key=${v.id}>
        <label class="item">
          <input type="checkbox" checked=${r.has(v.id)} onChange=${()=>h(v.id)}
            aria-label=${"Picture "+v.id} />
          <${U} id=${v.id} label="" />
        </label>
      </li>`)}
    </ul>
    ${s!==null&&a`<button type="button" class="more" onClick=${()=>{G(o)}}>
      Show more of ${P(p)}</button>`}
    ${d.length>0&&a`<${wt} items=${d} without=${e} onDone=${()=>i(new Set)} />`}
    ${l==="rename"&&a`<${_r} name=${e} size=${p} onClose=${()=>c(null)} />`}
    ${l==="merge"&&a`<${wr} name=${e} size=${p} onClose=${()=>c(null)} />`}
  </div>`}var js=4,qs=60;function yr({one:e}){let[t,n]=$([]),s=y(Ie).has(e.class);return C(()=>{let o=!1;return de(e.class,js).then(r=>{o||n(r.items)},()=>{}),()=>{o=!0}},[e.class,e.items]),a`<li class=${"tile"+(s?" leaving":"")}>
    <a href=${ee(e.class)}>
      <span class="mosaic" aria-hidden="true">
        ${Array.from({length:js},(o,r)=>t[r]?a`<${U} key=${t[r].id} id=${t[r].id} label="" />`:a`<span class="thumbnail" key=${"-"+r}></span>`)}
      </span>
      <span class="tile-text"><${w} of=${e.class} /><small>${s?"being deleted":a`${P(e.items)}<span class="unseen"> pictures</span>`}</small></span>
    </a>
  </li>`}function Ws(){let e=y(J),[t,n]=$(""),[s,o]=$(qs),r=t.trim().toLocaleLowerCase(),i=(e??[]).filter(c=>c.class.toLocaleLowerCase().includes(r)),l=(e??[]).reduce((c,m)=>c+m.items,0);return a`<div class="classes">
    <header class="page-head">
      <div>
        <h1>Classes</h1>
        <p class="quiet" role="status">${e===null?"Loading…":`${k(e.length,"class","classes")}, ${k(l,"picture")}`}</p>
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
    <ul class="tiles">${i.slice(0,s).map(c=>a`<${yr} key=${c.class} one=${c} />`)}</ul>
    ${i.length>s&&a`<button type="button" class="more" onClick=${()=>o(s+qs)}>
      Show more of ${P(i.length)}</button>`}
  </div>`}var pn=200,kr=16;function Bs({data:e,colors:t,hidden:n,onChange:s}){let[o,r]=$(""),i=xe(()=>{let u=new Array(e.names.length).fill(0);for(let p of e.classes)++u[p];return u},[e]),l=o.trim().toLocaleLowerCase(),c=e.names.map((u,p)=>({name:u,index:p})).filter(({name:u})=>u.toLocaleLowerCase().includes(l)),m=(u,p)=>{let f=new Set(n);for(let d of u)p?f.delete(d):f.add(d);s(f)};return a`<section class="legend" aria-label="Classes on the map">
    <div class="actions">
      <button type="button" class="plain" onClick=${()=>m(c.map(u=>u.name),!0)}>Show all</button>
      <button type="button" class="plain" onClick=${()=>m(c.map(u=>u.name),!1)}>Hide all</button>
    </div>
    ${e.names.length>kr&&a`<input type="search" placeholder="Find a class" aria-label="Find a class on the map" value=${o}
      onInput=${u=>r(u.currentTarget.value)} />`}
    <ul>${c.slice(0,pn).map(({name:u,index:p})=>a`<li key=${u}>
      <button type="button" aria-pressed=${!n.has(u)} onClick=${()=>m([u],n.has(u))}>
        <i aria-hidden="true" style=${{background:t[p]}}></i><${w} of=${u} /><small>${P(i[p])}</small>
      </button></li>`)}</ul>
    ${c.length>pn&&a`<p class="quiet">${P(pn)} of ${P(c.length)}: find the others by name.</p>`}
  </section>`}function xr(e){let t=new DataView(e).getUint32(0,!0),n=JSON.parse(new TextDecoder().decode(new Uint8Array(e,4,t))),s=4+t,o=Array.from(new BigUint64Array(e,s,n.items),Number);s+=8*n.items;let r=new Float32Array(e,s,n.items*n.dims);s+=4*r.length;let i=r;return n.dims!==3&&(i=new Float32Array(3*n.items),r.forEach((l,c)=>{i[3*Math.floor(c/n.dims)+c%n.dims]=l})),{of:n.of,variance:n.variance,names:n.classes,ids:o,positions:i,classes:new Uint32Array(e,s,n.items)}}var Ks=async e=>xr(await(await I("/v1/map?dims=3",{signal:e})).arrayBuffer());var V=50,Cr=500;function Ue(e,t){let[n,s]=$({key:"",index:0}),o=e.findIndex(p=>t(p)===n.key),r=o>=0?o:Math.max(0,Math.min(n.index,e.length-1)),i=e[r],l=i===void 0?"":t(i),c=L(0);C(()=>{c.current=performance.now(),s({key:l,index:r})},[l]);let m=p=>{p!==void 0&&s({key:t(p),index:e.indexOf(p)})};return{current:i,choose:m,act:p=>()=>{i!==void 0&&performance.now()-c.current>=Cr&&p(i)},step:p=>m(e[Math.max(0,Math.min(e.length-1,r+p))])}}function Oe({label:e,isCurrent:t,onChoose:n,kind:s,children:o}){let r=L(null),i=L(!1);return C(()=>{let l=!i.current;if(i.current=!0,!t)return;document.activeElement===document.body&&!l&&r.current.focus({preventScroll:!0});let c=r.current.getBoundingClientRect();!l&&(c.top<70||c.bottom>innerHeight-20)&&r.current.scrollIntoView({block:"center"})},[t]),a`<article class=${"entry"+(t?" active":"")+(s?" "+s:"")} ref=${r} tabindex="-1" aria-label=${e}
    aria-current=${t?"true":void 0} onFocusIn=${n} onPointerDown=${n}>${o}</article>`}function Fe(e,t){$t({j:()=>e(1),k:()=>e(-1),...t})}function oe({of:e,isEmpty:t,title:n,text:s}){return e.data===null&&e.trouble?a`<p class="empty trouble" role="alert">${e.trouble}</p>`:e.data===null?a`<p class="empty quiet" role="status">Looking…</p>`:t?a`<div class="empty"><h2>${n}</h2><p class="quiet">${s}</p></div>`:null}var we=({isThere:e,total:t,onMore:n})=>e&&a`<button type="button" class="more" onClick=${n}>Show more of ${k(t,"entry","entries")}</button>`;var fn=60,Sr=4,mn=matchMedia("(prefers-color-scheme: dark)"),hn=S(mn.matches);mn.addEventListener("change",()=>hn.set(mn.matches));var Pr="/map.js",Tr=async()=>(await import(Pr)).Cloud;function Er(){try{return document.createElement("canvas").getContext("webgl2")!==null}catch{return!1}}var Me=S(null);function Ar({data:e,width:t}){let n=y(Me),s=n&&e.ids[n.index];if(!n||s==null)return null;let o=n.x>t-200;return a`<div class="hover" style=${{left:n.x+(o?-14:14)+"px",top:n.y+"px",transform:`translate(${o?"-100%":"0"}, -50%)`}}>
    <${U} id=${s} label="" /><${w} of=${e.names[e.classes[n.index]]} /><small class="quiet">picture ${s}</small>
  </div>`}function Mr({items:e,onDrop:t}){let n=new Map;for(let o of e)n.set(o.class,(n.get(o.class)??0)+1);let s=[...n].sort((o,r)=>r[1]-o[1]);return a`<section class="selected" aria-label="What is selected">
    <h2>${k(e.length,"picture")} selected</h2>
    <p class="quiet">${s.slice(0,6).map(([o,r],i)=>a`${i>0?", ":""}${P(r)} of <${w} of=${o} />`)}${s.length>6&&` and ${P(s.length-6)} more classes`}</p>
    <ul class="items">${e.slice(0,fn).map(o=>a`<li key=${o.id}>
      <button type="button" class="pick" aria-label=${`Picture ${o.id}: deselect`} title="Deselect" onClick=${()=>t(o.id)}>
        <${U} id=${o.id} label="" /></button></li>`)}</ul>
    ${e.length>fn&&a`<p class="quiet">${P(fn)} of them are shown.</p>`}
  </section>`}function Lr({data:e,drawn:t,isFlat:n,isLasso:s,onSelect:o,onTrouble:r}){let i=L(null),l=L(null),c=L(null),m=L(null),u=L(null),[p,f]=$(!1),d=y(hn);C(()=>{let x=!1;return Tr().then(E=>{x||(c.current=new E(i.current),f(!0))}).catch(E=>{x||r("The map can’t be drawn: "+E.message)}),()=>{x=!0,Me.set(null),c.current?.close(),c.current=null}},[]),C(()=>{p&&c.current.setFlat(n)},[p,n]),C(()=>{p&&(Me.set(null),c.current.set(t))},[p,t]),C(()=>{if(!p)return;let x=getComputedStyle(document.documentElement);c.current.theme(x.getPropertyValue("--panel").trim(),x.getPropertyValue("--ink").trim())},[p,d]);let h=x=>{let E=i.current.getBoundingClientRect();return[x.clientX-E.left,x.clientY-E.top]},v=x=>{let E=c.current?.at(...x)??-1;Me.set(E<0?null:{index:E,x:x[0],y:x[1]})},g=()=>l.current.setAttribute("points",(m.current??[]).map(x=>x.join(",")).join(" ")),b=x=>{u.current=h(x),Me.set(null),!(!(s||x.shiftKey)||x.button!==0)&&(x.stopPropagation(),x.currentTarget.setPointerCapture(x.pointerId),m.current=[h(x)])},_=x=>{m.current?(m.current.push(h(x)),g()):x.buttons===0&&x.pointerType!=="touch"&&v(h(x))},T=x=>{let E=h(x);if(m.current){let q=m.current;m.current=null,g(),q.length>2&&o(c.current?.within(q)??[])}else u.current&&Math.hypot(E[0]-u.current[0],E[1]-u.current[1])<=Sr&&v(E);u.current=null},A=x=>{let E={ArrowLeft:()=>c.current?.step(-1,0),ArrowRight:()=>c.current?.step(1,0),ArrowUp:()=>c.current?.step(0,1),ArrowDown:()=>c.current?.step(0,-1),"+":()=>c.current?.zoom(1.2),"=":()=>c.current?.zoom(1.2),"-":()=>c.current?.zoom(.8333333333333334),Home:()=>c.current?.home()};x.ctrlKey||x.metaKey||x.altKey||!Object.hasOwn(E,x.key)||(x.preventDefault(),Me.set(null),E[x.key]())};return a`<div class=${"stage"+(s?" lassoing":"")} onPointerDownCapture=${b} onPointerMove=${_} onPointerUp=${T}
      onPointerCancel=${()=>{m.current=null,g()}} onPointerLeave=${()=>Me.set(null)}>
    <canvas ref=${i} tabindex="0" role="img" onKeyDown=${A} aria-label=${`Map of ${k(e.ids.length,"picture")}. Arrow keys turn or move it, plus and minus zoom, Home goes back to the start.`}></canvas>
    <svg class="lasso" aria-hidden="true"><polygon ref=${l} points="" /></svg>
    <${Ar} data=${e} width=${i.current?.clientWidth??0} />
  </div>`}function zs(){let e=Z(Ks),t=e.data,[n,s]=$(()=>Er()?"":"This browser can’t draw the map: it has no WebGL, or it is switched off. All else on this page works without it."),[o,r]=$(!1),[i,l]=$(!1),[c,m]=$(new Set),[u,p]=$(new Set),f=y(se),d=y(hn);$t({l:()=>l(!i),t:()=>r(!o),Escape:()=>p(new Set)});let h=xe(()=>ps(t?.names??[],d),[t,d]),v=xe(()=>{if(!t)return null;let _=t.ids.length,T=h.map(E=>[1,3,5].map(q=>parseInt(E.slice(q,q+2),16))),A=t.names.map(E=>c.has(E)),x={positions:t.positions,colors:new Uint8Array(3*_),shown:new Uint8Array(_)};for(let E=0;E<_;++E){let q=t.ids[E],Q=t.classes[E];x.colors.set(T[Q],3*E),x.shown[E]=A[Q]||f.has(q)?0:u.has(q)?2:1}return x},[t,h,c,u,f]),g=xe(()=>!t||u.size===0?[]:t.ids.flatMap((_,T)=>u.has(_)&&!f.has(_)?[{id:_,class:t.names[t.classes[T]]}]:[]),[t,u,f]);if(n)return a`<div class="map"><h1>Map</h1><p class="empty" role="alert">${n}</p></div>`;let b=t?.variance??[];return a`<div class="map">
    <header class="page-head">
      <div><h1>Map</h1><p class="quiet" role="status">${t===null?"Loading…":`${t.ids.length<t.of?`${P(t.ids.length)} of `:""}${k(t.of,"picture")}`}${b.length>0&&` · ${R(b.slice(0,o?2:3).reduce((_,T)=>_+T,0))} of the variance`}</p></div>
      <div class="actions">
        <button type="button" aria-pressed=${i} onClick=${()=>l(!i)}>Lasso <kbd aria-hidden="true">L</kbd></button>
        <button type="button" aria-pressed=${o} onClick=${()=>r(!o)}>2-D <kbd aria-hidden="true">T</kbd></button>
      </div>
    </header>
    ${t===null||t.ids.length===0?a`<${oe} of=${e} isEmpty=${t!==null} title="Nothing to map yet"
      text="Pictures of the database are points here; what is alike lies together." />`:a`<div class="map-body">
      <${Lr} data=${t} drawn=${v} isFlat=${o} isLasso=${i} onTrouble=${s}
        onSelect=${_=>p(new Set(_.map(T=>t.ids[T])))} />
      <${Bs} data=${t} colors=${h} hidden=${c} onChange=${m} />
      <p class="quiet hint">${i?"Draw round the points to select them.":a`<span class="at-desk">Drag to ${o?"move":"turn"}, wheel to zoom, Shift and drag to select.</span>
             <span class="in-hand">Drag to ${o?"move":"turn"}, two fingers zoom, a tap shows the picture.</span>`}</p>
    </div>`}
    ${g.length>0&&a`<${Mr} items=${g} onDrop=${_=>{let T=new Set(u);T.delete(_),p(T)}} /><${wt} items=${g} onDone=${()=>p(new Set)} />`}
  </div>`}var yt=e=>`/v1/unknowns/${e}/image`,kt=(e,t)=>K(`/v1/unknowns?after=${e}&limit=${t}`),Js=(e,t)=>K(`/v1/unknowns/${e}/name`,{method:"POST",json:{class:t}}),Vs=e=>I("/v1/unknowns/delete",{method:"POST",json:{ids:e}}),Gs=(e,t)=>K(`/v1/review?after=${e}&limit=${t}`),Xs=e=>I("/v1/review/keep",{method:"POST",json:{ids:e}}),Qs=e=>I("/v1/items/"+e,{method:"PATCH",json:{unset:["simdb.kept"]}}),Ys=(e,t)=>K(`/v1/duplicates?after=${e}&limit=${t}`),Zs=e=>K("/v1/confusion",{signal:e});function so(e){let t=new Map;for(let{class:n,predicted:s,items:o}of e){let r=t.get(JSON.stringify([s,n]));r?r.back+=o:t.set(JSON.stringify([n,s]),{one:n,other:s,there:o,back:0})}return[...t.values()].sort((n,s)=>s.there+s.back-n.there-n.back)}var eo=3;function to({name:e,items:t}){let[n,s]=$([]);return C(()=>{let o=!1;return de(e,eo).then(r=>{o||s(r.items)},()=>{}),()=>{o=!0}},[e,t]),a`<div class="sample">
    <span class="strip" aria-hidden="true">${Array.from({length:eo},(o,r)=>n[r]?a`<${U} key=${n[r].id} id=${n[r].id} label="" />`:a`<span class="thumbnail" key=${-r}></span>`)}</span>
    <a href=${ee(e)}><${w} of=${e} /></a>
    ${t!==void 0&&a`<small class="quiet">${k(t,"picture")}</small>`}
  </div>`}var no=(e,t,n)=>e>0&&a`<p>${P(e)} of <${w} of=${t} /> taken for <${w} of=${n} /></p>`;function oo({pairs:e,sizes:t}){return a`<ul class="pairs" aria-label="Confused classes">${e.map(n=>a`<li key=${JSON.stringify([n.one,n.other])}>
    <${to} name=${n.one} items=${t.get(n.one)} />
    <div class="between">${no(n.there,n.one,n.other)}${no(n.back,n.other,n.one)}</div>
    <${to} name=${n.other} items=${t.get(n.other)} />
  </li>`)}</ul>`}var ro=e=>new Map(e.classes.map(t=>[t.class,t.items]));var bn=12,Nr={file:"the same file",pixels:"the same pixels",near:"nearly the same"},ao={file:"The same file",pixels:"The same pixels",near:"Nearly the same picture"},io=e=>e.items.map(t=>t.id).join(" ");function Dr({group:e}){let t=y(se),n=e.items.filter(o=>!t.has(o.id)),s=new Set(e.items.map(o=>o.class)).size;return a`
    <h2>${ao[e.same]} ${e.conflict?a`<span class="badge wrong">in ${k(s,"class","classes")}</span>`:a`<small class="quiet">twice in one class</small>`}</h2>
    <ul class="side">${e.items.slice(0,bn).map((o,r)=>a`<li key=${o.id} class=${t.has(o.id)?"leaving":""}>
      <${U} id=${o.id} label=${"Picture "+o.id} />
      <a href=${ee(o.class)}><${w} of=${o.class} /></a>
      <small class="quiet">${o.id}${r>0?`, ${Nr[o.same]}`+(o.same==="near"?` (${(o.look??o.similarity).toFixed(4)})`:""):""}</small>
      ${o.source&&a`<small class="quiet source" title=${De(o.source)}><bdi>${De(o.source).split("/").pop()}</bdi></small>`}
      <div class="actions">${t.has(o.id)?a`<span class="quiet">being deleted</span>`:a`
        <button type="button" class="danger" disabled=${n.length<2} aria-label=${`Delete picture ${o.id}`}
          onClick=${()=>Ae([o.id])}>Delete</button>
        ${n.length>1&&a`<button type="button" class="plain" aria-label=${`Keep only this: picture ${o.id}`}
          onClick=${()=>Ae(n.filter(i=>i.id!==o.id).map(i=>i.id))}>Keep only this</button>`}`}
      </div>
    </li>`)}</ul>
    ${e.items.length>bn&&a`<p class="quiet">and ${k(e.items.length-bn,"more picture")}</p>`}`}function lo(){let[e,t]=$(V),n=Z(()=>Re(Ys,c=>c.groups,e),String(e)),s=n.data?.list??[],{current:o,choose:r,step:i}=Ue(s,io);Fe(i,{});let l=n.data?.page;return a`
    ${l&&l.total>0&&a`<p class="quiet lead">${k(l.items,"picture")} in ${k(l.total,"group")},
      ${" "+k(l.conflicts,"group")} in several classes.${l.look_threshold!==null&&` Nearly the same: from a similarity of ${l.look_threshold.toFixed(4)}.`}</p>`}
    <${oe} of=${n} isEmpty=${s.length===0} title="No picture is there twice"
      text="The same file, the same pixels and nearly the same picture would be listed here." />
    <div class="entries">${s.map(c=>a`<${Oe} key=${io(c)} kind="group" isCurrent=${c===o}
      onChoose=${()=>r(c)} label=${`${ao[c.same]}, ${k(c.items.length,"picture")}`}>
      <${Dr} group=${c} />
    <//>`)}</div>
    <${we} isThere=${n.data?.hasMore??!1} total=${l?.total??0} onMore=${()=>t(e+V)} />`}var Ir=8,gn=5,$n=S(new Set),xt=e=>`${e.id} ${e.class} ${e.other}`;function He(e,t){let n=new Set($n.get());t?n.add(xt(e)):n.delete(xt(e)),$n.set(n)}async function _n(e,t){He(e,!0),await un([e],t,()=>He(e,!1))||He(e,!1)}async function co(e){if(He(e,!0),!await G(()=>Xs([e.id])))return He(e,!1);Y(a`Picture ${e.id} stays in <${w} of=${e.class} />`,async()=>{await Qs(e.id),He(e,!1)})}function Rr({one:e,asking:t,onAsk:n}){let{other:s}=e;return a`<span class="item"><${U} id=${e.id} label=${`Picture ${e.id}, given ${z(e.class)}`} /></span>
    <div class="said">
      <h2><${w} of=${e.class} />${s!==null&&a`<span class="arrow" aria-label="or rather">→</span><${w} of=${s} />`}</h2>
      <p class="quiet">${e.same_file.length>0&&"The same file is in another class. "}
        ${s!==null&&a`${R(e.other_share)} of the vote for <${w} of=${s} />, ${R(e.own_share)} for the
          class it has${e.sure?".":": not sure."}`}</p>
      ${t?a`<${W} label="Which class is it?" action="Move" without=${e.class} first=${s===null?[]:[s]}
        onChoose=${o=>{_n(e,o)}} onCancel=${()=>n(!1)} />`:a`<div class="actions">
        ${s!==null&&a`<button type="button" class="main" onClick=${()=>{_n(e,s)}}>
          <span>Move to</span> <${w} of=${s} /> <kbd aria-hidden="true">Enter</kbd></button>`}
        <button type="button" onClick=${()=>{co(e)}}>The label is right <kbd aria-hidden="true">L</kbd></button>
        <button type="button" onClick=${()=>n(!0)}>Another class <kbd aria-hidden="true">E</kbd></button>
        <button type="button" class="danger" onClick=${()=>Ae([e.id])}>Delete <kbd aria-hidden="true">D</kbd></button>
      </div>`}
      <ol class="neighbors" aria-label="Nearest pictures">
        ${e.same_file.slice(0,2).map(o=>a`<li key=${"same"+o}><${U} id=${o} label=${"Picture "+o} />
          <span>the same file</span><small>picture ${o}</small></li>`)}
        ${e.neighbors.slice(0,Ir-Math.min(2,e.same_file.length)).map(o=>a`<li key=${o.id} class=${o.class===e.class?"own":""}>
          <${U} id=${o.id} label=${"Picture "+o.id} /><${w} of=${o.class} />
          <small>${o.similarity.toFixed(3)}</small></li>`)}
      </ol>
    </div>`}function uo(){let[e,t]=$(V),n=Z(()=>Re(Gs,h=>h.items,e),String(e)),[s,o]=$(null),r=y(se),i=y($n),l=(n.data?.list??[]).filter(h=>!r.has(h.id)&&!i.has(xt(h))),{current:c,choose:m,act:u,step:p}=Ue(l,xt);Fe(p,{Enter:u(h=>{h.other!==null&&_n(h,h.other)}),l:u(h=>{co(h)}),e:u(h=>o(h.id)),d:u(h=>Ae([h.id]))});let f=n.data?.page,d=f?.small_classes??[];return a`
    ${f&&a`<p class="quiet lead">${P(f.total)} of ${k(f.judged,"judged picture")} in doubt${f.kept>0?`; ${P(f.kept)} more were found right`:""}.
      ${d.length>0&&a` Not judged, for too few pictures: ${d.slice(0,gn).map((h,v)=>a`${v>0?", ":""}<${w} of=${h.class} />`)}${d.length>gn?` and ${P(d.length-gn)} more`:""}.`}</p>`}
    <${oe} of=${n} isEmpty=${l.length===0} title="No label is in doubt"
      text="Pictures whose neighbours say another class would be listed here." />
    <div class="entries">${l.map(h=>a`<${Oe} key=${h.id} isCurrent=${h===c} onChoose=${()=>m(h)}
      label=${`Picture ${h.id} of ${z(h.class)}`}>
      <${Rr} one=${h} asking=${s===h.id} onAsk=${v=>o(v?h.id:null)} />
    <//>`)}</div>
    <${we} isThere=${n.data?.hasMore??!1} total=${f?.total??0} onMore=${()=>t(e+V)} />`}var Ct=S(0);for(let e of[O,fe])e.subscribe(()=>Ct.set(Ct.get()+1));var St=S(new Set);function ze(e,t){let n=new Set(St.get());for(let s of e)t?n.add(s):n.delete(s);St.set(n)}async function Ur(){if(pe.get()==="live")try{fe.set((await kt(0,1)).total)}catch{}}pe.subscribe(()=>{Ur()});async function Or(e){(await ot(e,{isKept:!0})).decision!=="unknown"&&(mt([new File([e],"picture",{type:e.type})]),Y("The picture is no unknown any more: it waits on the page Ask."))}async function Je(e,t){let n=[],s=new Set;ze(e.map(r=>r.id),!0);for(let[r,i]of e.entries())try{let l=await(await I(yt(i.id))).blob(),c=await Js(i.id,t(i));n.push({item:c.added?c.id:null,picture:l}),s.add(t(i))}catch(l){ze(e.slice(r).map(c=>c.id),!1),he(l);break}if(n.length===0)return;let o=s.size===1?a`<${w} of=${[...s][0]} />`:k(s.size,"class","classes");Y(a`Added ${k(n.length,"picture")} to ${o}`,async()=>{for(let{item:r,picture:i}of n)r!==null&&(await rt(r),await Or(i))})}function Pt(e){let t=e.map(n=>n.id);ze(t,!0),Ne(`Deleting ${k(t.length,"unknown picture")} in ${Se} seconds`,async()=>{try{await Vs(t)}catch(n){throw ze(t,!1),n}},()=>ze(t,!1))}var Tt=e=>e.answer?.decision==="known"&&e.answer.class!==null,Fr=new Intl.DateTimeFormat("en-GB",{dateStyle:"medium",timeStyle:"short"});function Hr(e){let{answer:t}=e;return Tt(e)?a`Would now be <${w} of=${t.class} />`:t===null?"Can’t be compared any more":t.decision==="ambiguous"?a`One of ${k(t.possible?.length??0,"class","classes")} now`:t.class===null?"Nothing to compare with":"Unknown"}function jr(e){let{one:t,isChosen:n,asking:s,onToggle:o,onAsk:r}=e,{answer:i}=t,l=i?.neighbors[0],c=Tt(t),m=i?.class??null,u=p=>{Je([t],()=>p)};return a`<label class="item">
      <input type="checkbox" checked=${n} onChange=${o} aria-label=${"Unknown picture "+t.id} />
      <${Zt} path=${yt(t.id)} label="" />
    </label>
    <div class="said">
      <h2 class=${c?"known":""}>${Hr(t)}</h2>
      <p class="quiet">${l&&a`Nearest: <${w} of=${l.class} />, similarity ${l.similarity.toFixed(2)} · `}${Fr.format(new Date(t.time))}</p>
      ${s?a`<${W} label="Which class is it?" action="Add" first=${i?.ranking.map(p=>p.class)}
        onChoose=${u} onCancel=${()=>r(!1)} />`:a`<div class="actions">
        ${m!==null&&a`<button type="button" class=${c?"main":""} onClick=${()=>u(m)}>
          <span>It is</span> <${w} of=${m} />${c&&a` <kbd aria-hidden="true">Enter</kbd>`}</button>`}
        <button type="button" class=${c?"":"main"} onClick=${()=>r(!0)}>Name it <kbd aria-hidden="true">N</kbd></button>
        <button type="button" class="danger" onClick=${()=>Pt([t])}>Delete <kbd aria-hidden="true">D</kbd></button>
      </div>`}
    </div>`}function qr({list:e,onDone:t}){let[n,s]=$(!1),o=e[0].answer?.ranking.map(r=>r.class);return a`<div class="selection" role="region" aria-label="Selected pictures">
    <p role="status">${P(e.length)} selected</p>
    <button type="button" class="main" onClick=${()=>s(!0)}>Name…</button>
    <button type="button" class="danger" onClick=${()=>{t(),Pt(e)}}>Delete</button>
    <button type="button" class="plain" onClick=${t}>Clear</button>
    ${n&&a`<${ne} title=${`Name ${k(e.length,"picture")}`} onClose=${()=>s(!1)}>
      <${W} label="Class" action="Add" first=${o} onCancel=${()=>s(!1)} onChoose=${r=>{t(),Je(e,()=>r)}} />
    <//>`}
  </div>`}function po(){let[e,t]=$(V),n=Z(()=>Re(kt,b=>b.unknowns,e),String(e),Ct),[s,o]=$(new Set),[r,i]=$(null),l=y(St),c=(n.data?.list??[]).filter(b=>!l.has(b.id)),{current:m,choose:u,act:p,step:f}=Ue(c,b=>`${b.id} ${b.answer?.decision} ${b.answer?.class}`);Fe(f,{Enter:p(b=>{Tt(b)&&Je([b],()=>b.answer.class)}),n:p(b=>i(b.id)),e:p(b=>i(b.id)),d:p(b=>Pt([b])),x:p(b=>d(b.id))});let d=b=>{let _=new Set(s);_.delete(b)||_.add(b),o(_)},h=c.filter(b=>s.has(b.id)),v=c.filter(Tt),g=new Set(v.map(b=>b.answer.class)).size;return a`
    ${v.length>0&&a`<div class="found" role="status">
      <p>${v.length===1?"One waiting unknown would now be known.":`${P(v.length)} waiting unknowns would now be known.`}</p>
      <button type="button" onClick=${()=>{Je(v,b=>b.answer.class)}}>
        Add ${v.length===1?"it to its class":`them to their ${g===1?"class":"classes"}`}</button>
    </div>`}
    <${oe} of=${n} isEmpty=${c.length===0} title="No unknown pictures wait"
      text="A picture that is asked about and that no class fits is kept here until someone names it." />
    <div class="entries two">${c.map(b=>a`<${Oe} key=${b.id} label=${"Unknown picture "+b.id}
      isCurrent=${b===m} onChoose=${()=>u(b)}>
      <${jr} one=${b} isChosen=${s.has(b.id)} asking=${r===b.id} onToggle=${()=>d(b.id)}
        onAsk=${_=>i(_?b.id:null)} />
    <//>`)}</div>
    <${we} isThere=${n.data?.hasMore??!1} total=${n.data?.page.total??0} onMore=${()=>t(e+V)} />
    ${h.length>0&&a`<${qr} list=${h} onDone=${()=>o(new Set)} />`}`}function Wr(){let e=Z(Zs),[t,n]=$(V),s=e.data?so(e.data.confusions):[];return a`
    ${e.data&&s.length>0&&a`<p class="quiet lead">Each of ${k(e.data.items,"picture")} was read by the others:
      ${" "+R(e.data.accuracy)} right. Pairs that are mixed up often look alike, hold wrong labels, or are one class.</p>`}
    <${oe} of=${e} isEmpty=${s.length===0} title="No two classes are mixed up"
      text="Classes whose pictures are taken for each other would be listed here." />
    ${e.data&&a`<${oo} pairs=${s.slice(0,t)} sizes=${ro(e.data)} />`}
    <${we} isThere=${s.length>t} total=${s.length} onMore=${()=>n(t+V)} />`}var Br={unknowns:"Unknown",labels:"Labels",duplicates:"Duplicates",confused:"Confused"},Kr={unknowns:po,labels:uo,duplicates:lo,confused:Wr};function fo({part:e}){let t=y(fe);return a`<div class="review">
    <h1>Review</h1>
    <nav class="tabs" aria-label="What to review">${an.map(n=>a`<a key=${n} href=${As(n)}
      aria-current=${n===e?"page":void 0}>${Br[n]}${n==="unknowns"&&t!==null&&t>0&&a`<span class="count">${P(t)}</span>`}</a>`)}</nav>
    <${Kr[e]} key=${e} />
  </div>`}var mo=[{page:"ask",address:"#/",label:"Ask"},{page:"classes",address:"#/classes",label:"Classes"},{page:"review",address:"#/review",label:"Review"},{page:"map",address:"#/map",label:"Map"}];function zr(){let e=y(_e).page,t={classes:y(J)?.length,review:y(fe)||null};return a`<header class="top">
    <a class="brand" href="#/" aria-label="simdb, to the start">simdb</a>
    <nav aria-label="Pages">
      ${mo.map(n=>a`<a key=${n.page} href=${n.address}
        aria-current=${e===n.page||e==="class"&&n.page==="classes"?"page":void 0}>${n.label}${t[n.page]!=null&&a`<span class="count" aria-hidden="true">${P(t[n.page])}</span>`}</a>`)}
    </nav>
    <span class="spring"></span>
    <${Jr} />
    <button type="button" class="plain icon" aria-label="Keys" title="Keys (?)" onClick=${()=>Ee.set(!0)}>?</button>
  </header>`}function Jr(){let e=y(pe),t=e==="live"?"Live":e==="lost"?"Server lost":"Connecting";return a`<span class=${"line "+e} title=${t}><i aria-hidden="true"></i><span>${t}</span></span>`}function Vr(){let e=y(pe),t=y(ct),[n,s]=$(!1);return C(()=>{if(e==="lost"&&s(!0),e!=="live"||!n)return;let o=setTimeout(()=>s(!1),3e3);return()=>clearTimeout(o)},[e,n]),e==="lost"?a`<div class="banner lost">
      <p role="alert">${navigator.onLine?"The server can’t be reached.":"This device is offline."}</p>
      <span class="quiet">${t>0?`Next try in ${t} s`:"Trying…"}</span>
      <button type="button" onClick=${dt}>Try now</button>
    </div>`:n&&e==="live"?a`<div class="banner found"><p role="status">The server is back.</p></div>`:null}function Gr(){let e=y(Ce),[t,n]=$(""),[s,o]=$(!1),r=L(null);return C(()=>r.current.focus(),[]),a`<main class="gate" id="content">
    <h1>simdb</h1>
    <p>Open the address that <code>simdb serve</code> prints, or paste the token that is in the file it names.</p>
    <form onSubmit=${async l=>{l.preventDefault();let c=t.trim();if(c){o(!0),Ce.set("");try{if(!/^[\x21-\x7e]+$/.test(c))throw new j(401,"");if((await fetch("/v1/classes",{headers:{Authorization:"Bearer "+c},credentials:"omit"})).status===401)throw new j(401,"");qt(c)}catch(m){Ce.set(m instanceof j?"This token isn’t right.":"The server can’t be reached."),o(!1),r.current?.focus()}}}}>
      <label for="token">Token</label>
      <input id="token" ref=${r} type="password" autocomplete="off" spellcheck=${!1} value=${t}
        aria-describedby="token-trouble" aria-invalid=${e?"true":void 0}
        onInput=${l=>n(l.currentTarget.value)} />
      <p id="token-trouble" class="trouble" role="alert">${e}</p>
      <button type="submit" class="main" disabled=${s}>Open</button>
    </form>
    <p class="quiet">It stays in this window and is forgotten when the window closes.</p>
  </main>`}var Xr=[["Enter","The answer is right: add the picture"],["E","It is another class"],["N","It is a new class"],["U","Undo what was done last"],["J / K","Next or previous picture"],["X","Put the picture aside"],["O","Choose pictures"],["L","Review: the label is right"],["D","Review: delete"],["L / T","Map: lasso; two or three dimensions"],["1 … 4","Ask, Classes, Review, Map"],["/","Find a class"],["?","This list"]];function Qr(){let e=y(_t);return y(Ee)?a`<${ne} title="Keys" onClose=${()=>Ee.set(!1)}>
    <dl class="keys">${Xr.map(([t,n])=>a`<div key=${t}><dt><kbd>${t}</kbd></dt><dd>${n}</dd></div>`)}</dl>
    <label class="check"><input type="checkbox" checked=${e}
      onChange=${t=>Ds(t.currentTarget.checked)} /> Use these keys</label>
    <div class="actions"><button type="button" class="main" onClick=${()=>Ee.set(!1)}>Close</button></div>
  <//>`:null}function ho(){let e=y(H),t=y(_e),[n,s]=$(!1);return C(()=>{let o=r=>s(r.detail);return addEventListener("simdb-drag",o),()=>removeEventListener("simdb-drag",o)},[]),C(()=>{let o=t.page==="class"?"classes":t.page;document.title=`${mo.find(r=>r.page===o).label} · simdb`,scrollTo(0,0)},[t]),e?a`
    <a class="skip" href="#content" onClick=${o=>{o.preventDefault(),document.getElementById("content").focus()}}>To the content</a>
    <${zr} />
    <${Vr} />
    <main id="content" tabindex="-1">
      ${t.page==="ask"&&a`<${Ts} />`}
      ${t.page==="classes"&&a`<${Ws} />`}
      ${t.page==="review"&&a`<${fo} part=${t.part} />`}
      ${t.page==="map"&&a`<${zs} />`}
      ${t.page==="class"&&a`<${Hs} name=${t.name} />`}
    </main>
    <div class="drop" hidden=${!n} aria-hidden="true"><p>Drop pictures to ask about them</p></div>
    <${cs} />
    <${Qr} />`:a`<${Gr} />`}function bo(e){!H.get()||!e?.length||(te("#/"),on(e))}function Yr(){let e=0,t=s=>s.dataTransfer?.types.includes("Files")??!1,n=s=>dispatchEvent(new CustomEvent("simdb-drag",{detail:s}));addEventListener("dragenter",s=>{t(s)&&++e===1&&n(!0)}),addEventListener("dragleave",s=>{t(s)&&--e<=0&&(e=0,n(!1))}),addEventListener("dragover",s=>{t(s)&&s.preventDefault()}),addEventListener("drop",s=>{e=0,n(!1),t(s)&&(s.preventDefault(),bo(s.dataTransfer?.files))}),addEventListener("paste",s=>bo(s.clipboardData?.files))}async function Zr(){await Vn();let e=document.getElementById("root");e.replaceChildren(),Nn(a`<${ho} />`,e),Is(),Yr(),document.documentElement.dataset.ready="yes",await ts()}Zr();
