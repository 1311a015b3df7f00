/* Built by scripts/build_page.sh. Holds Preact (MIT) and htm (Apache-2.0), both by Jason Miller and others. */
var x,Mt,Zn,J,Qe,Pe,Ht,Te,Dt,Ze,Ye,es,$e=Symbol.for("pv"),Ae={},Le=[],ts=/^m(i|n|o|s|text|space)$/,et=Array.isArray,tt=Le.slice,ie=Object.assign;function oe(e){e&&e.parentNode&&e.remove()}function Ot(e,t,n){var s,i,o,r={},a=arguments.length;for(o in t)o=="key"?s=t[o]:o=="ref"&&typeof e!="function"?i=t[o]:r[o]=t[o];return a>2&&(r.children=a>3?tt.call(arguments,2):n),ve(e,r,s,i,null)}function ve(e,t,n,s,i){var o={type:e,props:t,key:n,ref:s,__k:null,__:null,__b:0,__e:null,__c:null,constructor:$e,__v:i||++Mt,__i:-1,__u:0};return!i&&x.vnode&&x.vnode(o),o}function Ne(e){return e.children}function Se(e,t){this.props=e,this.context=t,this.__g=0}function G(e,t){if(t==null)return e.__&&G(e.__,e.__i+1);for(var n;t<e.__k.length;t++)if((n=e.__k[t])&&n.__e)return n.__e;return typeof e.type!="function"||e.props.__P?null:G(e)}function ns(e){var t,n=e.__v,s=n.__e,i=[],o=[],r=e.__P;r&&((t=ie({constructor:$e},n)).__v=n.__v+1,x.vnode&&x.vnode(t),nt(r,t,n,e.__n,r.namespaceURI,32&n.__u?[s]:null,i,s||G(n),32&n.__u,o),t.__v=n.__v,t.__.__k[t.__i]=t,qt(i,t,o),n.__=n.__e=null,t.__e!=s&&Rt(t))}function Rt(e){if((e=e.__)&&e.__c&&!e.props.__P)return e.__e=null,e.__k.some(function(t){return t&&(e.__e=t.__e)}),Rt(e)}function Nt(e){(8&e.__g||(e.__g|=8,J.push(e),Pe++))&&Qe==x.debounceRendering||((Qe=x.debounceRendering)||queueMicrotask)(Ut)}function Ut(){try{for(var e,t=1;J.length;)J.length>t&&J.sort(Ht),e=J.shift(),t=J.length,8&e.__g&&ns(e)}finally{(Pe=J.length)&&(Qe||queueMicrotask)(Ut)}}function Ft(e,t,n,s,i,o,r,a,d,p,u){var _,f,c,g,T,m,h=s.__k||Le,b=t.length;for(d=ss(n,t,h,d,b),_=0;_<b;_++)(c=n.__k[_])!=null&&(f=~c.__i&&h[c.__i]||Ae,c.__i=_,m=nt(e,c,f,i,o,r,a,d,p,u),g=c.__e,(f.ref!=c.ref||8&f.__u)&&(f.ref&&st(f.ref,null,c,f),c.ref&&u.push(c.ref,c.__c||g,c)),T=T||g,4&c.__u?(d=Wt(c,d,e,!f.__v),f.__e&&(f.__e=null)):typeof c.type=="function"&&m!==void 0?d=m:g&&(d=g.nextSibling),c.__u&=-21);return n.__e=T,d}function ss(e,t,n,s,i){var o,r,a,d,p,u,_,f,c,g=n.length,T=g,m=0,h=0,b=e.__k=Array(i);for(o=0;o<i;o++)(r=t[o])!=null&&typeof r!="boolean"&&typeof r!="function"?(typeof r!="object"||r.constructor===String?r=b[o]=ve(null,r):et(r)?r=b[o]=ve(Ne,{children:r}):r.constructor===$e&&r.__b?r=b[o]=ve(r.type,r.props,r.key,r.ref,r.__v):b[o]=r,d=o+m,r.__=e,r.__b=e.__b+1,a=null,~(p=r.__i=os(r,n,d,T))&&(T--,(a=n[p])&&(a.__u|=2)),a&&a.__v?(r.__u|=16,p==d-1?m--:p==d+1?m++:p!=d&&(p>d?m--:m++,h=1)):(~p||(i>g?m--:i<g&&m++),typeof r.type!="function"&&(r.__u|=4))):b[o]=null;if(h){for(u=[],_=[],o=0;o<i;o++)if((r=b[o])&&16&r.__u){for(m=0,f=u.length;m<f;)u[c=m+f>>1]<r.__i?m=c+1:f=c;u[m]=r.__i,_[o]=m+1}for(m=u.length;o--;)_[o]&&(_[o]==m?m--:b[o].__u|=4)}if(T)for(o=0;o<g;o++)!(a=n[o])||2&a.__u||(a.__e==s&&(s=G(a)),ot(a,a));return s}function Wt(e,t,n,s){var i,o,r,a;if(typeof e.type=="function"){if(e.props.__P)return t;if(i=e.__k)for(o=0;o<i.length;o++)i[o]&&(i[o].__=e,t=Wt(i[o],t,n,!1));return t}for(t&&!t.parentNode&&(t=G(e))&&!t.parentNode&&(t=null),r=e.__e,a=t;a&&a.nodeType==8;)a=a.nextSibling;for(r!=a&&(!s&&n.moveBefore&&r.parentNode?n.moveBefore(r,t):n.insertBefore(r,t||null)),t=r;(t=t&&t.nextSibling)&&t.nodeType==8&&!t.data.startsWith("$s"););return t}function os(e,t,n,s){var i,o=e.key,r=e.type,a=t[n],d=a&&!(2&a.__u);if(a===null&&o==null||d&&o==a.key&&r==a.type)return n;if(s>(d?1:0)){for(i=n-1;i>=0;i--)if((a=t[i])&&!(2&a.__u)&&o==a.key&&r==a.type)return i;for(i=n+1;i<t.length;i++)if((a=t[i])&&!(2&a.__u)&&o==a.key&&r==a.type)return i}return-1}function It(e,t,n){n==null&&(n=""),t[0]=="-"?e.setProperty(t,n):e[t]=n}function Ce(e,t,n,s,i){var o,r;if(t=="style")if(typeof n=="string")e.style.cssText=n;else{if(typeof s=="string"&&(e.style.cssText=s=""),s)for(t in s)n&&t in n||It(e.style,t);if(n)for(t in n)s&&n[t]==s[t]||It(e.style,t,n[t])}else if(t[0]=="o"&&t[1]=="n")typeof n!="function"&&(n=null),typeof s!="function"&&(s=null),(e.__e||(e.__e={}))[t]=n,n&&s||(r=Ye[t]||(Ye[t]=is(t)),(e.__a||(e.__a={}))[t]=Ze,o=t!=(t=t.replace(Dt,"$1")),(t=t.slice(2))[0]<"a"&&(t=t.toLowerCase()),n?e.addEventListener(t,r,o):e.removeEventListener(t,r,o));else{if(i=="http://www.w3.org/2000/svg")t=t.replace(/xlink(H|:h)/,"h").replace(/sName$/,"s");else if(t!="width"&&t!="height"&&t!="href"&&t!="list"&&t!="form"&&t!="tabIndex"&&t!="download"&&t!="rowSpan"&&t!="colSpan"&&t!="role"&&t!="popover"&&t in e)try{return void(e[t]=n??"")}catch{}if(typeof n=="function")return;n==null||n===!1&&t[4]!="-"?e.removeAttribute(t):e.setAttribute(t,t=="popover"&&n==1?"":n)}}function is(e){return function(t){var n=this.__e;if(n){if(n=n[e],t[Te]==null)t[Te]=Ze++;else if(t[Te]<this.__a[e])return;return n(x.event?x.event(t):t)}}}function nt(e,t,n,s,i,o,r,a,d,p){var u,_,f,c,g,T,m,h,b,S,k,fe,At,xe,ne,Lt,z,se,j=t.type;if(t.constructor!==$e)return null;128&n.__u&&(d=32&n.__u,u=n.__c.__z)&&(t.__u|=d,_=o=[],u.nodeType==8?a=Ee(u,o):o.push(u),a=o[0]||a),(u=x.__b)&&u(t);e:if(typeof j=="function"){f=r.length;try{if(h=t.props,b=(u=j.prototype)&&u.render,S=(u=j.contextType)&&s[u.__c],k=u?S?S.props.value:u.__:s,(c=n.__c)?(t.__c=c,2&c.__g&&(c.__g|=1)):(b?t.__c=c=new j(h,k):(t.__c=c=new Se(h,k),c.constructor=j,c.render=as),S&&S.sub(c),c.state||(c.state={}),c.__n=s,c.__g|=8,c.__h=[],c.__k=[]),b&&(c.__s||(c.__s=c.state),j.getDerivedStateFromProps&&(c.__s==c.state&&(c.__s=ie({},c.__s)),ie(c.__s,j.getDerivedStateFromProps(h,c.__s)))),g=c.props,T=c.state,c.__v=t,n.__c){if(h!==g&&b&&!j.getDerivedStateFromProps&&c.componentWillReceiveProps&&c.componentWillReceiveProps(h,k),t.__v==n.__v&&!(8&c.__g)||!(4&c.__g)&&c.shouldComponentUpdate&&c.shouldComponentUpdate(h,c.__s,k)===!1){t.__v!=n.__v&&(c.props=h,c.state=c.__s,c.__g&=-9),t.__e=n.__e,t.__k=n.__k,t.__k.some(function(D){D&&(D.__=t)}),Le.push.apply(c.__h,c.__k),c.__k=[],c.__h.length&&r.push(c),a=G(n);break e}c.componentWillUpdate&&c.componentWillUpdate(h,c.__s,k),b&&c.componentDidUpdate&&c.__h.push(function(){c.componentDidUpdate(g,T,m)})}else b&&!j.getDerivedStateFromProps&&c.componentWillMount&&c.componentWillMount(),b&&c.componentDidMount&&c.__h.push(c.componentDidMount);c.context=k,c.props=h,c.__P=e,c.__g&=-5,fe=x.__r,At=b?25:0;do c.__g&=-9,fe&&fe(t),u=c.render(c.props,c.state=c.__s,c.context);while(8&c.__g&&++At<25);b&&(Le.push.apply(c.__h,c.__k),c.__k=[]),c.state=c.__s,c.getChildContext&&(s=ie({},s,c.getChildContext())),b&&n.__c&&c.getSnapshotBeforeUpdate&&(m=c.getSnapshotBeforeUpdate(g,T)),xe=u&&u.type===Ne&&u.key==null?u.props.children:u,h.__P&&(u=a,i=(e=h.__P).namespaceURI,d=o=null,n.props&&n.props.__P!=e&&(n.__k.some(function(D){D&&ot(D,D)}),n.__k=null),a=n.__k?G(n,0):null),a=Ft(e,et(xe)?xe:[xe],t,n,s,i,o,r,a,d,p),h.__P&&(t.__e=null,a=u),t.__u&=-161,_&&_.some(oe),c.__h.length&&r.push(c),1&c.__g&&(c.__g&=-4)}catch(D){if(r.length=f,t.__v=null,d||o)if(D&&D.then){if(t.__u|=128|d,o){for(~(z=o.indexOf(a||void 0))||(z=o.length);(se=o[z-1])&&se.nodeType==8;)z--;for(;z<o.length;z++)if(se=o[z])if(o[z]=null,ne){if(se==Lt)break}else{if(se.nodeType!=8)break;se.data.startsWith("$s")&&(Lt=Ee(ne=se))}}if(!ne){for(;a&&a.nodeType==8&&a.nextSibling;)a=a.nextSibling;ne=a}(u=Ee(ne=t.__c.__z||(t.__c.__z=ne)))?(t.__e=ne,a=u):t.__e=a,a=a&&a.nextSibling}else o&&o.some(oe);else t.__e=n.__e;t.__k||(t.__k=n.__k||[]),D&&D.then||jt(t),x.__e(D,t,n)}}else a=t.__e=rs(n.__e,t,n,s,i,o,r,d,p,e);return(u=x.diffed)&&u(t),a}function Ee(e,t){if(e&&e.nodeType==8&&e.data.startsWith("$s"))for(var n=1;e=e.nextSibling;){if(e.nodeType==8){if(e.data.startsWith("$s"))n++;else if(e.data.startsWith("/$s")&&!--n)return e}t&&t.push(e)}}function jt(e){e&&(e.__c&&(e.__c.__g|=4),e.__k&&e.__k.some(jt))}function qt(e,t,n){for(var s=0;s<n.length;)st(n[s++],n[s++],n[s++]);x.__c&&x.__c(t,e),e.some(function(i){try{e=i.__h,i.__h=[],e.some(function(o){o.call(i)})}catch(o){x.__e(o,i.__v)}})}function rs(e,t,n,s,i,o,r,a,d,p){var u,_,f,c,g,T,m,h,b=n.props||Ae,S=t.props,k=t.type;if(k=="svg"?i="http://www.w3.org/2000/svg":k=="math"?i="http://www.w3.org/1998/Math/MathML":i||(i="http://www.w3.org/1999/xhtml"),o){for(u=0;u<o.length;u++)if((g=o[u])&&(k?g.localName==k:g.nodeType==3)){e=g,o[u]=null;break}}if(!e){if(h=p.ownerDocument||document,!k)return h.createTextNode(S);e=h.createElementNS(i,k,S.is?S:p),a&&(x.__m&&x.__m(t,o),a=!1),o=null}if(k){if(p=k=="template"&&e.content||e,o=k=="textarea"&&S.defaultValue!=null?null:o&&tt.call(p.childNodes),!a&&o)for(b={},u=0;u<e.attributes.length;u++)b[(g=e.attributes[u]).name]=g.value;for(u in b)g=b[u],u=="dangerouslySetInnerHTML"?f=g:u=="children"||u in S||u=="value"&&"defaultValue"in S||u=="checked"&&"defaultChecked"in S||Ce(e,u,null,g,i);for(u in S)g=S[u],u=="children"?c=g:u=="dangerouslySetInnerHTML"?_=g:u=="value"?T=g:u=="checked"?m=g:a&&typeof g!="function"||b[u]===g||Ce(e,u,g,b[u],i);_?(a||f&&(_.__html==f.__html||_.__html==e.innerHTML)||(e.innerHTML=_.__html),t.__k=[]):(f&&(e.textContent=""),(k=="foreignObject"||i=="http://www.w3.org/1998/Math/MathML"&&ts.test(k))&&(i="http://www.w3.org/1999/xhtml"),Ft(p,et(c)?c:[c],t,n,s,i,o,r,o?o[0]:n.__k&&G(n,0),a,d),o&&o.some(oe)),a&&k!="textarea"||(u="value",k=="progress"&&T==null?e.removeAttribute(u):T==null||T===e[u]&&(k!="progress"||T)||Ce(e,u,T,b[u],i),u="checked",m!=null&&m!=e[u]&&Ce(e,u,m,b[u],i))}else b===S||a&&e.data==S||(e.data=S);return e}function st(e,t,n,s){try{typeof e=="function"?t?t.__x=e(t)||1:s&&(s=s.__c||s.__e)&&(t=s.__x)&&(s.__x=null,typeof t=="function"?t():e(null)):e.current=t}catch(i){x.__e(i,n)}}function ot(e,t,n){var s,i,o,r;if(x.unmount&&x.unmount(e),!(s=e.ref)||s.current&&s.current!=e.__e||st(s,null,t,e),s=e.__c){if(s.componentWillUnmount)try{s.componentWillUnmount()}catch(a){x.__e(a,t)}s.__P=s.__n=null}if(s=e.__k)for(r=0;r<s.length;r++)s[r]&&ot(s[r],t,typeof e.type!="function"||n&&!e.props.__P);!n&&(s=e.__c)&&(s=s.__z)&&(i=Ee(s,o=[]))&&(s==e.__e&&o.some(oe),oe(i),oe(s)),n||oe(e.__e),e.__e=e.__c=e.__=null}function as(e,t,n){return this.constructor(e,n)}function Bt(e,t){var n,s,i,o;x.__&&x.__(e,t),t.nodeType==9&&(t=t.documentElement),s=(n=e&&32&e.__u)?null:t.__k,t.__k=ve(Ne,{children:[e]}),i=[],o=[],nt(t,t.__k,s||Ae,Ae,t.namespaceURI,s?null:t.firstChild?tt.call(t.childNodes):null,i,s?s.__e:t.firstChild,n,o),qt(i,t.__k,o),t.__k.props.children=null}x={__e:function(e,t,n,s){for(var i,o,r;t=t.__;)if((i=t.__c)&&!(1&i.__g)){i.__g|=4;try{if((r=(o=i.constructor)&&o.getDerivedStateFromError)&&i.setState(o.getDerivedStateFromError(e)),i.componentDidCatch&&(i.componentDidCatch(e,s||{}),r=1),r&&8&i.__g)return void(i.__g|=2)}catch(a){e=a}}throw Pe=0,e}},Mt=0,Zn=function(e){return e!=null&&e.constructor===$e},Se.prototype.setState=function(e,t){var n=this.__s;n&&n!=this.state||(n=this.__s=ie({},this.state)),typeof e=="function"&&(e=e(ie({},n),this.props)),e&&(ie(n,e),this.__v&&(t&&this.__k.push(t),Nt(this)))},Se.prototype.forceUpdate=function(e){this.__v&&(this.__g|=4,e&&this.__h.push(e),Nt(this))},Se.prototype.render=Ne,J=[],Pe=0,Ht=function(e,t){return e.__v.__b-t.__v.__b},Te=Symbol(),Dt=/(PointerCapture)$|Capture$/i,Ze=0,Ye={},es=0;var pe,P,it,Kt,rt=Object.is,Ie=0,en=[],at=[],E=x,Vt=E.__b,zt=E.__r,Jt=E.diffed,Gt=E.__c,Xt=E.unmount,Qt=E.__;function Me(e,t){E.__h&&E.__h(P,e,Ie||t),Ie=0;var n=P.__H||(P.__H={__:[],__h:[]});return e>=n.__.length&&n.__.push({}),n.__[e]}function v(e){return Ie=1,ls(sn,e)}function ls(e,t,n){var s=Me(pe++,2);if(s.t=e,!s.__c&&(s.__=[n?n(t):sn(void 0,t),function(o){var r=(s.__N||s.__)[0],a=s.t(r,o);rt(r,a)||(s.__N=[a,s.__[1]],s.__c.setState({}))}],s.__c=P,!P.__f)){P.__f=!0;var i=P.shouldComponentUpdate;P.shouldComponentUpdate=function(o,r,a){var d=this.__H;if(!d)return!0;var p=!1,u=this.props!=o;if(d.__.some(function(f){f.__N&&(p=!0,rt(f.__[0],f.__N[0])||(u=!0))}),i){var _=i.call(this,o,r,a);return p?_||u:_}return!p||u}}return s.__}function y(e,t){var n=Me(pe++,3);!E.__s&&nn(n.__H,t)&&(n.__P=!0,n.__=e,n.u=t,P.__H.__h.push(n))}function L(e){return Ie=5,cs(function(){return{current:e}},[])}function cs(e,t){var n=Me(pe++,7);return nn(n.__H,t)&&(n.__=e(),n.__H=t),n.__}function tn(){var e=Me(pe++,11);if(!e.__){for(var t=P.__v;!t.__m&&t.__;)t=t.__;var n=t.__m||(t.__m=[0,0]);e.__="P"+n[0]+"-"+n[1]++}return e.__}function us(){var e;do{for(;e=at.shift();)try{ye(e)}catch(n){E.__e(n,{__:(e=e.__P)&&e.__v})}for(;e=en.shift();){var t=e.__H;if(e.__P&&t)try{t.__h.some(ye),t.__h.some(lt),t.__h=[]}catch(n){t.__h=[],E.__e(n,e.__v)}}}while(at.length)}E.__b=function(e){P=null,Vt&&Vt(e)},E.__=function(e,t){e&&t.__k&&t.__k.__m&&(e.__m=t.__k.__m),Qt&&Qt(e,t)},E.__r=function(e){zt&&zt(e),pe=0;var t=(P=e.__c).__H;t&&(it==P?P.__h=[]:(t.__h.some(ye),t.__h.some(lt),pe=0),t.__h=[],t.__.some(function(n){n.__N&&(n.__=n.__N),n.u=n.__N=void 0})),it=P},E.diffed=function(e){Jt&&Jt(e);var t=e.__c;t&&t.__H&&(t.__H.__h.length&&Zt(en.push(t)),t.__H.__.some(function(n){n.u&&(n.__H=n.u)})),it=P=null},E.__c=function(e,t){t.some(function(n){try{n.__h.some(ye),n.__h=n.__h.filter(function(s){return!s.__||lt(s)})}catch(s){n.__h=[function(){throw s}]}}),Gt&&Gt(e,t)},E.unmount=function(e){Xt&&Xt(e);var t,n,s=e.__c;s&&s.__H&&(s.__H.__.some(function(i){try{if(i.__P&&i.__c){if(n===void 0){for(n=e.__;n&&(!n.__c||!n.__c.__P);)n=n.__;n=n&&n.__c}i.__P=n,Zt(at.push(i))}else ye(i)}catch(o){t=o}}),s.__H=void 0,t&&E.__e(t,s.__v))};var Yt=typeof requestAnimationFrame=="function";function ds(e){var t,n=function(){clearTimeout(s),Yt&&cancelAnimationFrame(t),setTimeout(e)},s=setTimeout(n,35);Yt&&(t=requestAnimationFrame(n))}function Zt(e){e!=1&&Kt==E.requestAnimationFrame||((Kt=E.requestAnimationFrame)||ds)(us)}function ye(e){var t=P,n=e.__c;typeof n=="function"&&(e.__c=void 0,n()),P=t}function lt(e){var t=P;e.__c=e.__(),P=t}function nn(e,t){return!e||e.length!=t.length||t.some(function(n,s){return!rt(n,e[s])})}function sn(e,t){return typeof t=="function"?t(e):t}function C(e){let t=new Set;return{get:()=>e,set(n){if(n!==e){e=n;for(let s of[...t])s()}},subscribe(n){return t.add(n),()=>{t.delete(n)}}}}function $(e){let[t,n]=v(()=>e.get());return y(()=>{let s=()=>n(()=>e.get());return s(),e.subscribe(s)},[e]),t}var ct="simdb-token",I=C(sessionStorage.getItem(ct)),re=C("");function ut(e){sessionStorage.setItem(ct,e),re.set(""),I.set(e)}function fs(e){sessionStorage.removeItem(ct),re.set(e),I.set(null)}var M=class extends Error{constructor(n,s){super(s);this.status=n}status},ps="The server can’t be reached.";function ms(e,t){if(e===413)return"This picture is too large for the server.";if(e===415)return"This file is no picture that can be read here.";if(e===503)return"The server is busy. Try again in a moment.";if(e===507)return"The disk of the server is full: nothing was stored.";let n=t||"The server failed.";return n.charAt(0).toUpperCase()+n.slice(1)+(/[.!?]$/.test(n)?"":".")}var _s=e=>new Promise(t=>setTimeout(t,e*1e3));async function W(e,t={}){let n=I.get(),s=new Headers(n?{Authorization:"Bearer "+n}:{}),i=t.body;t.body&&s.set("Content-Type",t.body.type||"application/octet-stream"),t.json!==void 0&&(s.set("Content-Type","application/json"),i=JSON.stringify(t.json));for(let o=1;;++o){let r;try{r=await fetch(e,{method:t.method??"GET",headers:s,body:i,signal:t.signal,credentials:"omit",redirect:"error"})}catch(d){throw t.signal?.aborted?d:new M(0,navigator.onLine?ps:"This device is offline.")}if(r.ok)return r;if(r.status===503&&o<4){await _s(Math.min(Number(r.headers.get("Retry-After"))||1,10));continue}let a="";try{a=String((await r.json()).detail??"")}catch{}throw r.status===401&&n!==null&&I.get()===n&&fs("The token isn’t valid any more."),new M(r.status,ms(r.status,a))}}async function we(e,t={}){return await(await W(e,t)).json()}async function on(){let e=location.hash.slice(1);if(!(!e||e.startsWith("/"))&&(history.replaceState(null,"",location.pathname),!I.get()))try{let t=await we("/v1/session",{method:"POST",json:{code:e}});ut(t.token)}catch(t){let n=t instanceof M&&t.status===401;re.set(n?"This link was used before: it opens the page once.":t.message)}}var rn=async()=>(await we("/v1/classes")).classes,me=(e,t,n=0)=>we(`/v1/items?class=${encodeURIComponent(e)}&limit=${t}&after=${n}`),an=(e,t)=>we("/v1/query?why=true",{method:"POST",body:e,signal:t}),ln=(e,t)=>we("/v1/items?class="+encodeURIComponent(e),{method:"POST",body:t}),cn=e=>W("/v1/items/"+e,{method:"DELETE"}),un=e=>W("/v1/items/delete",{method:"POST",json:{ids:e}}),He=(e,t)=>W("/v1/items/move",{method:"POST",json:{ids:e,class:t}}),dn=e=>W("/v1/classes/delete",{method:"POST",json:{class:e}}),De=(e,t,n=!1)=>W("/v1/classes/rename",{method:"POST",json:{from:e,to:t,merge:n}});var ke=C("joining"),O=C(0),Ue=C(0),hs=4e4,gs=15,bs=2e4,Oe=null,dt=()=>{},Re=new AbortController,Fe=!1,pn=()=>{};function vs(e){return new Promise(t=>{let n=performance.now()+e*1e3,s=setInterval(()=>{let i=n-performance.now();Ue.set(Math.max(0,Math.ceil(i/1e3))),i<=0&&dt()},200);dt=()=>{clearInterval(s),Ue.set(0),t()}})}var We=()=>dt();async function $s(e,t){let n=await W("/v1/events"+(Oe===null?"":"?since="+Oe),{signal:e});t(),O.set(O.get()+1),ke.set("live");let s=n.body.pipeThrough(new TextDecoderStream).getReader(),i="";for(;;){let{done:o,value:r}=await s.read();if(o)return;t(),i+=r;let a=i.split(`

`);i=a.pop();for(let d of a){let p=/^id: (\d+)$/m.exec(d)?.[1];!p||p===Oe||(Oe=p,O.set(O.get()+1))}}}async function mn(){let e=0;for(;;){if(!I.get()){await new Promise(i=>{let o=I.subscribe(()=>{o(),i()})});continue}if(Fe){await new Promise(i=>{pn=i});continue}Re=new AbortController;let t=0,n=()=>{clearTimeout(t),t=setTimeout(()=>Re.abort(),hs)},s=performance.now();n();try{await $s(Re.signal,n),performance.now()-s>5e3&&(e=0)}catch(i){if(i instanceof M&&i.status===401)continue}finally{clearTimeout(t)}Fe||(ke.set("lost"),++e,await vs(Math.min(gs,.5*2**Math.min(e,6))*(.75+Math.random()/2)))}}function _n(){Fe=!0,Re.abort()}function hn(){Fe=!1,pn(),We()}var fn=0;addEventListener("online",We);addEventListener("pagehide",_n);addEventListener("pageshow",hn);document.addEventListener("visibilitychange",()=>{clearTimeout(fn),document.hidden?fn=setTimeout(_n,bs):hn()});var bn=function(e,t,n,s){var i;t[0]=0;for(var o=1;o<t.length;o++){var r=t[o++],a=t[o]?(t[0]|=r?1:2,n[t[o++]]):t[++o];r===3?s[0]=a:r===4?s[1]=Object.assign(s[1]||{},a):r===5?(s[1]=s[1]||{})[t[++o]]=a:r===6?s[1][t[++o]]+=a+"":r?(i=e.apply(a,bn(e,a,n,["",null])),s.push(i),a[0]?t[0]|=2:(t[o-2]=0,t[o]=i)):s.push(a)}return s},gn=new Map;function vn(e){var t=gn.get(this);return t||(t=new Map,gn.set(this,t)),(t=bn(this,t.get(e)||(t.set(e,t=(function(n){for(var s,i,o=1,r="",a="",d=[0],p=function(f){o===1&&(f||(r=r.replace(/^\s*\n\s*|\s*\n\s*$/g,"")))?d.push(0,f,r):o===3&&(f||r)?(d.push(3,f,r),o=2):o===2&&r==="..."&&f?d.push(4,f,0):o===2&&r&&!f?d.push(5,0,!0,r):o>=5&&((r||!f&&o===5)&&(d.push(o,0,r,i),o=6),f&&(d.push(o,f,0,i),o=6)),r=""},u=0;u<n.length;u++){u&&(o===1&&p(),p(u));for(var _=0;_<n[u].length;_++)s=n[u][_],o===1?s==="<"?(p(),d=[d],o=3):r+=s:o===4?r==="--"&&s===">"?(o=1,r=""):r=s+r[0]:a?s===a?a="":r+=s:s==='"'||s==="'"?a=s:s===">"?(p(),o=1):o&&(s==="="?(o=5,i=r,r=""):s==="/"&&(o<5||n[u][_+1]===">")?(p(),o===3&&(d=d[0]),o=d,(d=d[0]).push(2,0,o),o=0):s===" "||s==="	"||s===`
`||s==="\r"?(p(),o=2):r+=s),o===3&&r==="!--"&&(o=4,d=d[0])}return p(),d})(e)),t),arguments,[])).length>1?t:t[0]}var l=vn.bind(Ot);var $n=2e4,qe=8,X=C([]),ys=1;function ft(e){let t=X.get().filter(s=>s.kind==="pending"),n=X.get().filter(s=>s.kind!=="pending").slice(-1);X.set([...t,...n,{...e,id:ys++,at:performance.now()}])}var je=e=>X.set(X.get().filter(t=>t.id!==e));function Be(e,t){ft({text:e,kind:"done",undo:t,until:performance.now()+$n})}function _e(e){ft({text:e instanceof Error?e.message:String(e),kind:"wrong",until:performance.now()+$n})}function pt(e,t,n){let s=l`<small class="keep">Nothing happens if this page is closed before that.</small>`;ft({text:[e,s],kind:"pending",undo:n,act:t,until:performance.now()+qe*1e3})}async function Q(e){try{return await e(),!0}catch(t){return _e(t),!1}}function yn(e){let t=X.get().findLast(n=>n.undo&&n.at>e);return t?(je(t.id),Q(async()=>t.undo()),!0):!1}function ws(){let e=performance.now();for(let t of X.get())e<t.until||(je(t.id),t.act&&Q(async()=>t.act()))}function wn(){let e=$(X),[,t]=v(0);return y(()=>{if(e.length===0)return;let n=setInterval(()=>{ws(),t(s=>s+1)},250);return()=>clearInterval(n)},[e]),l`<div class="notices">
    ${e.map(n=>{let s=Math.max(0,Math.ceil((n.until-performance.now())/1e3));return l`<div class=${"notice "+n.kind} key=${n.id}>
        <p role=${n.kind==="wrong"?"alert":"status"}>${n.text}</p>
        ${n.kind==="pending"&&l`<span class="countdown" aria-hidden="true">${s} s</span>`}
        ${n.undo&&l`<button type="button" class="plain" onClick=${()=>{je(n.id),Q(async()=>n.undo())}}>Undo</button>`}
        ${n.kind!=="pending"&&l`<button type="button" class="plain icon" aria-label="Dismiss"
          onClick=${()=>je(n.id)}>×</button>`}
      </div>`})}
  </div>`}var ks=/[\u{0}-\u{1f}\u{7f}-\u{9f}\u{ad}\u{61c}\u{180e}\u{200b}-\u{200f}\u{2028}-\u{202e}\u{2060}-\u{206f}\u{feff}\u{fff9}-\u{fffb}\u{e0000}-\u{e0fff}]/gu,mt=e=>e.replace(ks,t=>"⟨"+t.codePointAt(0).toString(16).toUpperCase().padStart(4,"0")+"⟩"),xs=new Intl.NumberFormat("en-US"),H=e=>xs.format(e),Cs={light:["#0072b2","#e69f00","#009e73","#cc4c9b","#d55e00","#33a9e0","#7a5cc2","#8c6d31","#c42d3d","#6b7580"],dark:["#4da3e8","#f2b134","#2fc795","#ec85c3","#f5803e","#7fd0f7","#a98ff0","#c2a05a","#f0707d","#a4aeb9"]};var No=Cs.light.length;var kn=80;function q(e){let t=[...mt(e)];return t.length<=kn?t.join(""):t.slice(0,kn-1).join("")+"…"}var w=({of:e})=>l`<bdi class="name" title=${mt(e)}>${q(e)}</bdi>`,A=(e,t,n=t+"s")=>H(e)+" "+(e===1?t:n);function B(e){return e>.99&&e<1?"> 99 %":e>0&&e<.01?"< 1 %":Math.round(e*100)+" %"}var N=C([]),U=C(0),ae=C(""),Ts=2,Ss=30,Es=1,_t=0,Ke=()=>N.get().filter(e=>e.state!=="settled");function Y(e,t){N.set(N.get().map(n=>n.key===e?{...n,...t}:n))}var K=e=>N.get().find(t=>t.key===e);function xn(e){let t=[];for(let s of e)t.push({key:Es++,file:s,preview:URL.createObjectURL(s),state:"waiting",answeredAt:0});if(t.length===0)return;let n=Ke().length>0;N.set([...N.get(),...t]),n||U.set(t[0].key),Ve()}function Cn(e){let t=q(e.class??"");switch(e.decision){case"known":return`This is ${t}.`;case"ambiguous":return`Either ${(e.possible??[]).map(n=>q(n.class)).join(" or ")}.`;case"unknown":return"Unknown: no class fits this picture.";default:return e.class===null?"There is nothing to compare this picture with yet.":`Probably ${t}.`}}var Ps=(e,t)=>e?.class===t.class&&e.decision===t.decision;async function Tn(e,t){t||Y(e.key,{state:"asking"});try{let n=await an(e.file),s=K(e.key);if(!s||s.state!=="asking"&&s.state!=="answered")return;let i=t&&e.answer?.decision!=="known"&&n.decision==="known",o=Ps(s.answer,n)?s.answeredAt:performance.now();Y(e.key,{state:"answered",answer:n,trouble:void 0,answeredAt:o,learned:s.learned||i}),t||ae.set(Cn(n))}catch(n){t||Y(e.key,{state:"failed",trouble:n.message})}}function Ve(){for(;_t<Ts;){let e=N.get().find(t=>t.state==="waiting");if(!e)return;++_t,Tn(e,!1).finally(()=>{--_t,Ve()})}}var ht=!1;O.subscribe(async()=>{if(!ht){ht=!0;try{await new Promise(n=>setTimeout(n,300));let e=N.get().filter(n=>n.state==="answered"&&n.answer?.decision!=="known"),t=0;for(let n of e.slice(0,Ss))await Tn(n,!0),K(n.key)?.answer?.decision==="known"&&++t;t>0&&ae.set(`${t} of the waiting pictures would now be known.`)}finally{ht=!1}}});function Sn(e){Y(e,{state:"waiting",trouble:void 0}),Ve()}function En(e){let t=N.get(),n=t.findIndex(o=>o.key===e),s=o=>o.state!=="settled"&&o.key!==e,i=t.slice(n+1).find(s)??t.find(s);i&&U.get()===e&&U.set(i.key)}async function V(e,t){let n=K(e);if(!n||n.state==="settled"||n.state==="adding")return;let s=n.state;Y(e,{state:"adding"});try{let i=await ln(t,n.file),o=i.duplicate_of?.class;Y(e,{state:"settled",added:{id:i.id,class:t,isNew:i.added,elsewhere:o===t?void 0:o,at:performance.now()}}),ae.set(i.added?`Added to ${q(t)}.`:`It was in ${q(t)} already.`),En(e)}catch(i){Y(e,{state:s}),_e(i)}}async function ze(e){let t=K(e)?.added;if(!(!t?.isNew||t.id===null))try{await cn(t.id),Y(e,{state:"waiting",added:void 0}),U.set(e),ae.set(`Taken out of ${q(t.class)} again.`),Ve()}catch(n){_e(n)}}function Pn(){return N.get().filter(t=>t.state==="settled"&&t.added?.isNew).sort((t,n)=>t.added.at-n.added.at).at(-1)}function le(e){En(e);let t=K(e);t&&URL.revokeObjectURL(t.preview),N.set(N.get().filter(n=>n.key!==e))}function An(){for(let e of N.get())e.state==="settled"&&le(e.key)}function gt(e){let t=Ke();if(t.length===0)return;let n=t.findIndex(i=>i.key===U.get()),s=t[Math.min(t.length-1,Math.max(0,n+e))];U.set(s.key),ae.set(s.answer?Cn(s.answer):s.file.name)}var R=C(null),he=C(new Set),bt=!1,vt=!1;async function $t(){if(!I.get())return R.set(null);if(bt){vt=!0;return}bt=!0;try{do vt=!1,R.set(await rn());while(vt)}catch{}finally{bt=!1}}O.subscribe(()=>{$t()});I.subscribe(()=>{$t()});$t();var As=7;function ce(e){let t=$(R)??[],[n,s]=v(e.value??""),[i,o]=v(-1),r=L(null),a=tn();y(()=>{r.current.focus(),r.current.select()},[]);let d=n.trim().toLocaleLowerCase(),p=e.first??[],u=m=>p.includes(m)?p.indexOf(m):p.length,_=t.filter(m=>m.class!==e.without&&m.class.toLocaleLowerCase().includes(d)).sort((m,h)=>u(m.class)-u(h.class)).slice(0,As),f=t.some(m=>m.class===n.trim()),c=n.trim()!==""&&n.trim()!==e.without&&(f||e.allowNew!==!1),g=m=>e.onChoose(m),T=m=>{m.stopPropagation();let h=_.length;if(m.key==="ArrowDown")o((i+1)%Math.max(h,1));else if(m.key==="ArrowUp")o(i<=0?h-1:i-1);else if(m.key==="Escape")e.onCancel();else if(m.key==="Enter"){let b=_[i]?.class;b!==void 0?g(b):c?g(n.trim()):e.allowNew===!1&&h===1&&g(_[0].class)}else return;m.preventDefault()};return l`<div class="choice">
    <label for=${a}>${e.label}</label>
    <div class="choice-row">
      <input id=${a} ref=${r} type="text" role="combobox" autocomplete="off" spellcheck=${!1} maxlength="1024"
        aria-expanded=${_.length>0} aria-controls=${a+"-list"} aria-autocomplete="list"
        aria-activedescendant=${i>=0&&_[i]?`${a}-${i}`:void 0}
        value=${n} onKeyDown=${T}
        onInput=${m=>{s(m.currentTarget.value),o(-1)}} />
      <button type="button" class="main" disabled=${!c} onClick=${()=>g(n.trim())}>
        ${!f&&n.trim()!==""&&e.allowNew!==!1?"New class":e.action}</button>
      <button type="button" class="plain" onClick=${e.onCancel}>Cancel</button>
    </div>
    <ul id=${a+"-list"} role="listbox" aria-label="Classes" hidden=${_.length===0}>
      ${_.map((m,h)=>l`<li key=${m.class} id=${`${a}-${h}`} role="option"
          aria-selected=${h===i} onClick=${()=>g(m.class)}>
        <${w} of=${m.class} /><small>${A(m.items,"picture")}</small>
      </li>`)}
    </ul>
  </div>`}var Ls=4,Ns=500,Z=new Map,Ln=[],yt=0;async function Is(e){yt>=Ls&&await new Promise(t=>Ln.push(t)),++yt;try{let t=await W(`/v1/items/${e}/thumbnail`);return URL.createObjectURL(await t.blob())}finally{--yt,Ln.shift()?.()}}function Ms(e){let t=Z.get(e);t||(t={users:0,address:Is(e)},t.address.catch(()=>Z.delete(e))),Z.delete(e),Z.set(e,t),++t.users;for(let[n,{users:s,address:i}]of Z){if(Z.size<=Ns)break;s>0||(Z.delete(n),i.then(o=>URL.revokeObjectURL(o)))}return t.address}var Nn=new WeakMap,wt=new IntersectionObserver(e=>{for(let t of e)t.isIntersecting&&(wt.unobserve(t.target),Nn.get(t.target)?.())},{rootMargin:"300px"});function ge({id:e,label:t}){let n=L(null),[s,i]=v(null),[o,r]=v(!1),[a,d]=v(0);return y(()=>{let p=n.current,u=!1,_=!1;return i(null),r(!1),Nn.set(p,()=>{_=!0,Ms(e).then(f=>{u||i(f)},()=>{u||r(!0)})}),wt.observe(p),()=>{u=!0,wt.unobserve(p);let f=Z.get(e);_&&f&&--f.users}},[e,a]),y(()=>o?O.subscribe(()=>d(a+1)):void 0,[o,a]),l`<span class="thumbnail" ref=${n}>
    ${s&&l`<img src=${s} alt=${t} decoding="async" onLoad=${kt} />`}
    ${o&&l`<span class="no-picture">no picture</span>`}
  </span>`}function kt(e){let t=e.currentTarget;t.classList.toggle("small",t.naturalWidth<64)}var Hs=5;function Mn({answer:e}){return e.ranking.length===0?null:l`<section class="votes" aria-label="Votes of the nearest pictures">
    <h3>Votes of the nearest pictures</h3>
    <ul>
      ${e.ranking.slice(0,Hs).map(t=>l`<li key=${t.class}>
        <${w} of=${t.class} />
        <span class="bar" aria-hidden="true"><i style=${{width:t.score*100+"%"}}></i></span>
        <span class="figure">${B(t.score)}</span>
      </li>`)}
    </ul>
  </section>`}var Je=e=>e.toFixed(3);function Ds(e){return e.p===null?"–":e.possible?"yes":"no"}var In=(e,t)=>t==="unknown"||e===null?l`it would be unknown`:l`the answer would be <${w} of=${e} />${t==="ambiguous"?", in doubt":""}`;function Hn({answer:e}){let t=e.why;if(!t||t.classes.length===0)return null;let n=e.neighbors.filter(r=>r.decisive&&r.without).slice(0,3),{runner_up:s}=t,o=e.decision==="unknown"&&t.overturned?.decision==="unknown"?null:t.overturned;return l`<details class="why">
    <summary>Why?</summary>
    <div class="scroll" tabindex="0" role="group" aria-label="Classes in question">
      <table>
        <thead><tr><th scope="col">Class</th><th scope="col">Votes</th><th scope="col">Most alike</th>
          <th scope="col">Needed</th><th scope="col">p</th><th scope="col">Fits</th></tr></thead>
        <tbody>${t.classes.map(r=>l`<tr key=${r.class}>
          <th scope="row"><${w} of=${r.class} /></th>
          <td>${B(r.share)}</td>
          <td>${Je(r.similarity)}</td>
          <td>${r.possible_from===null?"–":Je(r.possible_from)}</td>
          <td>${r.p===null?"–":Je(r.p)}</td>
          <td>${Ds(r)}</td>
        </tr>`)}</tbody>
      </table>
    </div>
    <ul class="reasons">
      ${n.map(r=>l`<li key=${r.id}>Without picture ${r.id} of <${w} of=${r.class} />
        ${" "}${In(r.without.class,r.without.decision)}.</li>`)}
      ${n.length===0&&o&&l`<li>Without the ${A(o.items.length,"nearest picture")}
        ${" "}${In(o.class,o.decision)}.</li>`}
      ${s&&s.wins_from!==null&&l`<li><${w} of=${s.class} /> would win with a picture of
        similarity ${Je(s.wins_from)} or more.</li>`}
    </ul>
    <p class="quiet">p is the share of a class’s own pictures that are no more alike to the class than this one.
      A class fits if p is above ${e.alpha??"the limit"}.</p>
  </details>`}var ee=C(null),Os=8,Rs=500;function Dn(e){let t=K(e),n=t?.answer?.class;t?.state!=="answered"||!t.answer.accepted||typeof n!="string"||performance.now()-t.answeredAt<Rs||V(e,n)}function On(e){let t=l`<${w} of=${e.class??""} />`;if(e.class===null)return l`Nothing to compare with yet`;switch(e.decision){case"known":return l`This is ${t}`;case"ambiguous":return l`One of ${A(e.possible?.length??0,"class","classes")}`;case"unknown":return l`Unknown`;default:return e.accepted?l`Probably ${t}`:l`Unknown`}}function Us(e){let t=e.possible?.find(s=>s.class===e.class)?.p,n=e.alpha??.05;if(e.class===null)return"Name its class, and the database begins with it.";switch(e.decision){case"known":return l`${B(e.confidence)} of the votes${typeof t=="number"&&l` · at least as alike to its class as ${B(t)} of the class’s own pictures (p ${t.toFixed(2)})`}`;case"ambiguous":return"More than one class fits. Which one is it?";case"unknown":return`No class fits: ${B(1-n)} of known pictures are more alike to their class than this one. Start a new class, or say which class it is.`;default:return l`${B(e.confidence)} of the votes. How sure that is hasn’t been measured here
        (“simdb calibrate” does it), so a picture of something new isn’t noticed.`}}var xt=e=>e.class===null||e.decision==="unknown"||!e.accepted&&e.decision==="uncalibrated"?"unknown":e.decision==="known"?"known":"doubt";function Fs({one:e,answer:t}){let n=$(ee),s=e.state==="adding";if(n?.key===e.key)return l`<${ce} label=${n.isNew?"Name of the new class":"Which class is it?"} action="Add"
      first=${t.ranking.map(d=>d.class)}
      onCancel=${()=>ee.set(null)}
      onChoose=${d=>{ee.set(null),V(e.key,d)}} />`;let i=t.class===null||xt(t)==="unknown",o=t.decision==="ambiguous"?(t.possible??[]).map(d=>d.class).slice(0,4):[],r=t.class!==null&&t.accepted&&o.length===0,a=l`<button type="button" class=${i?"main":""} disabled=${s}
    onClick=${()=>ee.set({key:e.key,isNew:!0})}>New class <kbd aria-hidden="true">N</kbd></button>`;return l`<div class="actions">
    ${i&&a}
    ${i&&t.class!==null&&l`<button type="button" disabled=${s}
      onClick=${()=>{V(e.key,t.class)}}><span>It is</span> <${w} of=${t.class} /></button>`}
    ${r&&l`<button type="button" class="main" disabled=${s}
      onClick=${()=>{V(e.key,t.class)}}>Right, add it <kbd aria-hidden="true">Enter</kbd></button>`}
    ${o.map(d=>l`<button type="button" key=${d} class="main" disabled=${s}
      onClick=${()=>{V(e.key,d)}}><${w} of=${d} /></button>`)}
    ${t.class!==null&&l`<button type="button" disabled=${s}
      onClick=${()=>ee.set({key:e.key,isNew:!1})}>Another class <kbd aria-hidden="true">E</kbd></button>`}
    ${!i&&a}
  </div>`}function Ws({answer:e}){return e.neighbors.length===0?null:l`<section aria-label="Nearest pictures">
    <h3>Nearest pictures</h3>
    <ol class="neighbors">
      ${e.neighbors.slice(0,Os).map(t=>l`<li key=${t.id}>
        <${ge} id=${t.id} label=${"Picture "+t.id} />
        <${w} of=${t.class} />
        <small title=${"similarity "+t.similarity.toFixed(4)}>${t.similarity.toFixed(3)}</small>
      </li>`)}
    </ol>
  </section>`}function Ct({one:e}){let[t,n]=v(!1);return l`<span class="preview">
    ${t?l`<span class="no-picture">no preview</span>`:l`<img src=${e.preview} alt=${"The picture "+e.file.name} decoding="async" onLoad=${kt}
                 onError=${()=>n(!0)} />`}
  </span>`}function js({one:e}){let t=e.added;return l`<article class="card settled" aria-label=${e.file.name}>
    <${Ct} one=${e} />
    <p>${t.isNew?"Added to ":"Was already in "}<${w} of=${t.class} />
      ${t.elsewhere&&t.elsewhere!==t.class&&l`<small class="warning">The same picture is also in <${w} of=${t.elsewhere} />.</small>`}</p>
    ${t.isNew&&l`<button type="button" onClick=${()=>{ze(e.key)}}>Undo</button>`}
    <button type="button" class="plain icon" aria-label="Put aside" onClick=${()=>le(e.key)}>×</button>
  </article>`}function qs({one:e}){let t=e.answer;return l`<article class="card row" aria-label=${e.file.name}>
    <button type="button" class="open" onClick=${()=>U.set(e.key)}>
      <${Ct} one=${e} />
      ${t?l`<span class=${"verdict "+xt(t)}>${On(t)}</span>`:l`<span class="quiet">${e.state==="failed"?"No answer":"Looking…"}</span>`}
      ${e.learned&&l`<span class="badge">known now</span>`}
      <span class="spring"></span>
      ${t&&t.class!==null&&t.decision!=="unknown"&&l`<small>${B(t.confidence)}</small>`}
    </button>
    <button type="button" class="plain icon" aria-label="Put aside" onClick=${()=>le(e.key)}>×</button>
  </article>`}function Rn({one:e}){let t=$(U)===e.key,n=L(null);if(y(()=>{if(!t||e.state==="settled")return;let i=n.current.getBoundingClientRect();document.activeElement===document.body&&n.current.focus({preventScroll:!0}),(i.top<64||i.top>innerHeight*.6)&&n.current.scrollIntoView({block:"start"})},[t]),e.state==="settled")return l`<${js} one=${e} />`;if(!t)return l`<${qs} one=${e} />`;let s=e.answer;return l`<article class="card active" ref=${n} tabindex="-1" aria-label=${e.file.name} aria-current="true">
    <div class="asked">
      <${Ct} one=${e} />
      <p class="file" title=${e.file.name}><bdi>${e.file.name}</bdi></p>
    </div>
    <div class="told">
      <button type="button" class="plain icon aside" aria-label="Put this picture aside" title="Put aside (X)"
        onClick=${()=>le(e.key)}>×</button>
      ${!s&&e.state!=="failed"&&l`<div class="thinking"><h2>Looking…</h2></div>`}
      ${e.state==="failed"&&l`<div class="failed">
        <h2>No answer</h2><p role="alert">${e.trouble}</p>
        <div class="actions"><button type="button" onClick=${()=>Sn(e.key)}>Try again</button></div>
      </div>`}
      ${s&&e.state!=="failed"&&l`
        <div class=${"verdict "+xt(s)}>
          <h2>${On(s)}</h2>
          ${e.learned&&l`<span class="badge">known now, by what was added since</span>`}
          <p>${Us(s)}</p>
        </div>
        <${Fs} one=${e} answer=${s} />
        <${Ws} answer=${s} />
        <${Mn} answer=${s} />
        <${Hn} answer=${s} />`}
    </div>
  </article>`}var Tt=C(()=>{});function St(e){let t=[...e??[]],n=t.filter(s=>s.type.startsWith("image/")||s.type==="");n.length<t.length&&_e("Only pictures can be asked about."),xn(n)}function Bs({compact:e}){let t=L(null),n=L(null),s=$(R);y(()=>Tt.set(()=>t.current?.click()),[]);let i=o=>{let r=o.currentTarget;St(r.files),r.value=""};return l`<section class=${"inlet"+(e?" compact":"")} aria-label="Ask about pictures">
    ${!e&&l`<svg class="glyph" viewBox="0 0 48 48" aria-hidden="true">
      <rect x="6" y="10" width="36" height="28" rx="5" /><circle cx="17" cy="20" r="3.5" /><path d="m8 34 10-9 7 6 7-8 9 9" />
    </svg>
    <h2>${s?.length===0?"No classes yet":"What is this?"}</h2>
    <p class="quiet">${s?.length===0?"Drop pictures of one part to begin, and give that part a name.":l`<span class="at-desk">Drop a picture here, paste one, or take a photograph.</span>
          <span class="in-hand">Photograph a part, or choose a picture of it.</span>`}</p>`}
    <div class="inlet-actions">
      <button type="button" class="main" onClick=${()=>t.current.click()}>Choose pictures</button>
      <button type="button" class="photo" onClick=${()=>n.current.click()}>Take a photo</button>
      ${e&&l`<span class="quiet hint">or drop or paste them</span>`}
    </div>
    <input ref=${t} id="files" type="file" accept="image/*" multiple hidden onChange=${i} aria-label="Pictures" />
    <input ref=${n} id="camera" type="file" accept="image/*" capture="environment" hidden onChange=${i}
      aria-label="Photograph" />
  </section>`}function Ks(){let e=$(N),[t,n]=v(!1),s=e.filter(a=>a.state!=="settled"),i=s.filter(a=>a.state==="answered"&&a.answer?.decision==="known"),o=e.length-s.length;y(()=>{s.length<2&&n(!1)},[s.length]);let r=async a=>{n(!1);for(let d of Ke())await V(d.key,a)};return l`<div class="together">
    <p class="quiet">${s.length>0?A(s.length,"picture")+" waiting":"All answered"}${o>0?` · ${H(o)} done`:""}</p>
    ${!t&&i.length>1&&l`<button type="button" onClick=${()=>i.forEach(a=>{V(a.key,a.answer.class)})}>
      Add the ${H(i.length)} known ones</button>`}
    ${!t&&s.length>1&&l`<button type="button" onClick=${()=>n(!0)}>All are one class…</button>`}
    ${o>0&&l`<button type="button" class="plain" onClick=${An}>Clear done</button>`}
    ${t&&l`<${ce} label=${`Class of all ${s.length} pictures`} action="Add all"
      onChoose=${a=>{r(a)}} onCancel=${()=>n(!1)} />`}
  </div>`}function Un(){let e=$(N),t=$(ae);return l`<div class="ask">
    <h1 class="unseen">Ask</h1>
    <${Bs} compact=${e.length>0} />
    ${e.length>0&&l`<${Ks} />`}
    <p class="unseen" role="status" aria-live="polite">${t}</p>
    <div class="cards">${e.map(n=>l`<${Rn} key=${n.key} one=${n} />`)}</div>
  </div>`}var Et="#/class/",be=e=>Et+encodeURIComponent(e);function Fn(){let e=location.hash;if(e==="#/classes")return{page:"classes"};if(e.startsWith(Et))try{return{page:"class",name:decodeURIComponent(e.slice(Et.length))}}catch{return{page:"classes"}}return{page:"ask"}}var te=C(Fn());addEventListener("hashchange",()=>te.set(Fn()));function F(e){location.hash=e}var Wn="simdb-keys",ue=C(!1),Ge=C(localStorage.getItem(Wn)!=="off");function jn(e){localStorage.setItem(Wn,e?"on":"off"),Ge.set(e)}var Vs=e=>e instanceof HTMLElement&&e.closest("input:not([type=checkbox]), textarea, select, dialog")!==null,zs=e=>e instanceof HTMLElement&&e.closest("button, a, summary, input, label")!==null;function Js(){let e=Pn();!yn(e?.added.at??0)&&e&&ze(e.key)}function Gs(e){let t=K(U.get());if(te.get().page!=="ask"||!t||t.state==="settled")return!1;if(e==="Enter")Dn(t.key);else if(e==="x")le(t.key);else if(e==="e"&&t.answer)ee.set({key:t.key,isNew:!1});else if(e==="n"&&t.answer)ee.set({key:t.key,isNew:!0});else return!1;return!0}function Xs(e){if(e==="?")ue.set(!0);else if(e==="1")F("#/");else if(e==="2")F("#/classes");else if(e==="u")Js();else if(e==="j")gt(1);else if(e==="k")gt(-1);else if(e==="o"&&te.get().page==="ask")Tt.get()();else if(e==="/")te.get().page!=="classes"&&F("#/classes"),setTimeout(()=>document.getElementById("class-filter")?.focus(),50);else return Gs(e);return!0}function qn(){addEventListener("keydown",e=>{if(!Ge.get()||e.ctrlKey||e.metaKey||e.altKey||e.isComposing||e.defaultPrevented||Vs(e.target)||ue.get()||e.key==="Enter"&&(zs(e.target)||e.repeat))return;let t=e.key.length===1?e.key.toLowerCase():e.key;Xs(t)&&e.preventDefault()})}function de(e){let t=L(null);return y(()=>{let n=document.activeElement;return t.current.showModal(),()=>n?.focus()},[]),l`<dialog ref=${t} aria-labelledby="dialog-title" onClose=${e.onClose}
      onClick=${n=>{n.target===t.current&&t.current.close()}}>
    <div class="dialog">
      <h2 id="dialog-title">${e.title}</h2>
      ${e.children}
    </div>
  </dialog>`}var Xe=100,Bn=1e3,Kn=1e4;async function Qs(e){let t=[];for(let n=0;n!==null;){let s=await me(e,Bn,n);t.push(...s.items.map(i=>i.id)),n=s.next}return t}async function Vn(e,t,n){let s=n<=Kn?await Qs(e):[];await De(e,t,!0),Be(l`Merged <${w} of=${e} /> into <${w} of=${t} />`,s.length>0?()=>He(s,e):void 0),F(be(t))}function Pt(e,t){let n=new Set(he.get());t?n.add(e):n.delete(e),he.set(n)}function Ys(e,t){Pt(e,!0),F("#/classes"),pt(l`Deleting <${w} of=${e} /> and its ${A(t,"picture")} in ${qe} seconds`,async()=>{try{await dn(e)}finally{Pt(e,!1)}},()=>Pt(e,!1))}function Zs({name:e,size:t,onClose:n}){let[s,i]=v(e),[o,r]=v(""),[a,d]=v(null),p=L(null);y(()=>p.current.select(),[]);let u=async _=>{_.preventDefault();let f=s.trim();if(f===e)return n();try{await De(e,f),Be(l`Renamed to <${w} of=${f} />`,async()=>{await De(f,e),F(be(e))}),n(),F(be(f))}catch(c){c instanceof M&&c.status===409?d(f):r(c.message)}};return a!==null?l`<${de} title="Merge the two?" onClose=${n}>
      <p>There is a class <${w} of=${a} /> already. Merged, the ${A(t,"picture")} of
        ${" "}<${w} of=${e} /> belong to it.</p>
      <div class="actions">
        <button type="button" class="main" onClick=${()=>{n(),Q(()=>Vn(e,a,t))}}>Merge</button>
        <button type="button" onClick=${()=>d(null)}>Back</button>
      </div>
    <//>`:l`<${de} title="Rename the class" onClose=${n}>
    <form onSubmit=${u}>
      <label for="new-name">Name</label>
      <input id="new-name" ref=${p} type="text" value=${s} autocomplete="off" spellcheck=${!1} maxlength="1024"
        aria-describedby="rename-trouble" onInput=${_=>i(_.currentTarget.value)} />
      <p id="rename-trouble" class="trouble" role="alert">${o}</p>
      <div class="actions">
        <button type="submit" class="main" disabled=${s.trim()===""}>Rename</button>
        <button type="button" onClick=${n}>Cancel</button>
      </div>
    </form>
  <//>`}function eo({name:e,size:t,onClose:n}){return l`<${de} title="Merge into another class" onClose=${n}>
    <p class="quiet">All ${A(t,"picture")} of <${w} of=${e} /> move there.
      ${t>Kn&&" So many pictures can’t be taken back."}</p>
    <${ce} label="Class" action="Merge" allowNew=${!1} without=${e} onCancel=${n}
      onChoose=${s=>{n(),Q(()=>Vn(e,s,t))}} />
  <//>`}function to(e){let[t,n]=v(null),[s,i]=v(null),o=$(O),r=L(Xe);return y(()=>{n(null),r.current=Xe},[e]),y(()=>{let d=!1;return(async()=>{let u=[],_=0;for(;_!==null&&u.length<r.current;){let f=await me(e,Math.min(Bn,r.current-u.length),_);u.push(...f.items),_=f.next}d||(n(u),i(_))})().catch(()=>{}),()=>{d=!0}},[e,o]),{items:t,next:s,more:async()=>{let d=await me(e,Xe,s);r.current+=Xe,n([...t??[],...d.items]),i(d.next)}}}function no(e){let{ids:t,name:n,onDone:s,onHide:i}=e,[o,r]=v(!1),a=p=>{s(),Q(async()=>{await He(t,p),Be(l`Moved ${A(t.length,"picture")} to <${w} of=${p} />`,()=>He(t,n))})},d=()=>{s(),i(t,!0),pt(`Deleting ${A(t.length,"picture")} in ${qe} seconds`,async()=>{try{await un(t)}catch(p){throw i(t,!1),p}},()=>i(t,!1))};return l`<div class="selection" role="region" aria-label="Selected pictures">
    <p role="status">${H(t.length)} selected</p>
    <button type="button" class="main" onClick=${()=>r(!0)}>Move…</button>
    <button type="button" class="danger" onClick=${d}>Delete</button>
    <button type="button" class="plain" onClick=${s}>Clear</button>
    ${o&&l`<${de} title=${`Move ${A(t.length,"picture")}`} onClose=${()=>r(!1)}>
      <${ce} label="To class" action="Move" without=${n} onChoose=${a} onCancel=${()=>r(!1)} />
    <//>`}
  </div>`}function zn({name:e}){let t=$(R),{items:n,next:s,more:i}=to(e),[o,r]=v(new Set),[a,d]=v(new Set),[p,u]=v(null);y(()=>r(new Set),[e]);let _=$(he).has(e),f=t?.find(h=>h.class===e)?.items??n?.length??0,c=(n??[]).filter(h=>!a.has(h.id)),g=c.filter(h=>o.has(h.id)).map(h=>h.id),T=h=>{let b=new Set(o);b.delete(h)||b.add(h),r(b)},m=(h,b)=>d(S=>{let k=new Set(S);for(let fe of h)b?k.add(fe):k.delete(fe);return k});return l`<div class="class-page">
    <a class="back" href="#/classes">‹ Classes</a>
    <header class="page-head">
      <div>
        <h1><${w} of=${e} /></h1>
        <p class="quiet" role="status">${_?"Being deleted":A(f,"picture")}</p>
      </div>
      ${n!==null&&n.length>0&&!_&&l`<div class="actions">
        <button type="button" onClick=${()=>u("rename")}>Rename</button>
        <button type="button" onClick=${()=>u("merge")}>Merge…</button>
        <button type="button" class="danger" onClick=${()=>Ys(e,f)}>Delete</button>
      </div>`}
    </header>
    ${n?.length===0&&l`<div class="empty"><h2>No pictures here</h2>
      <p class="quiet">There is no class of this name. It may have been renamed or deleted.</p>
      <a class="button main" href="#/classes">All classes</a></div>`}
    <ul class="items" aria-label=${"Pictures of "+q(e)}>
      ${c.map(h=>l`<li key=${h.id}>
        <label class="item">
          <input type="checkbox" checked=${o.has(h.id)} onChange=${()=>T(h.id)}
            aria-label=${"Picture "+h.id} />
          <${ge} id=${h.id} label="" />
        </label>
      </li>`)}
    </ul>
    ${s!==null&&l`<button type="button" class="more" onClick=${()=>{Q(i)}}>
      Show more of ${H(f)}</button>`}
    ${g.length>0&&l`<${no} ids=${g} name=${e} onHide=${m}
      onDone=${()=>r(new Set)} />`}
    ${p==="rename"&&l`<${Zs} name=${e} size=${f} onClose=${()=>u(null)} />`}
    ${p==="merge"&&l`<${eo} name=${e} size=${f} onClose=${()=>u(null)} />`}
  </div>`}var Jn=4,Gn=60;function so({one:e}){let[t,n]=v([]),s=$(he).has(e.class);return y(()=>{let i=!1;return me(e.class,Jn).then(o=>{i||n(o.items)},()=>{}),()=>{i=!0}},[e.class,e.items]),l`<li class=${"tile"+(s?" leaving":"")}>
    <a href=${be(e.class)}>
      <span class="mosaic" aria-hidden="true">
        ${Array.from({length:Jn},(i,o)=>t[o]?l`<${ge} key=${t[o].id} id=${t[o].id} label="" />`:l`<span class="thumbnail" key=${"-"+o}></span>`)}
      </span>
      <span class="tile-text"><${w} of=${e.class} /><small>${s?"being deleted":l`${H(e.items)}<span class="unseen"> pictures</span>`}</small></span>
    </a>
  </li>`}function Xn(){let e=$(R),[t,n]=v(""),[s,i]=v(Gn),o=t.trim().toLocaleLowerCase(),r=(e??[]).filter(d=>d.class.toLocaleLowerCase().includes(o)),a=(e??[]).reduce((d,p)=>d+p.items,0);return l`<div class="classes">
    <header class="page-head">
      <div>
        <h1>Classes</h1>
        <p class="quiet" role="status">${e===null?"Loading…":`${A(e.length,"class","classes")}, ${A(a,"picture")}`}</p>
      </div>
      ${e!==null&&e.length>0&&l`<input id="class-filter" type="search" placeholder="Find a class"
        aria-label="Find a class" value=${t}
        onInput=${d=>n(d.currentTarget.value)} />`}
    </header>
    ${e?.length===0&&l`<div class="empty">
      <h2>No classes yet</h2>
      <p class="quiet">Drop pictures of one part to begin, and give that part a name.</p>
      <a class="button main" href="#/">Ask about a picture</a>
    </div>`}
    ${e!==null&&e.length>0&&r.length===0&&l`<p class="empty quiet">No class has “${t}” in its name.</p>`}
    <ul class="tiles">${r.slice(0,s).map(d=>l`<${so} key=${d.class} one=${d} />`)}</ul>
    ${r.length>s&&l`<button type="button" class="more" onClick=${()=>i(s+Gn)}>
      Show more of ${H(r.length)}</button>`}
  </div>`}var oo=[{page:"ask",address:"#/",label:"Ask"},{page:"classes",address:"#/classes",label:"Classes"}];function io(){let e=$(te).page,t=$(R)?.length;return l`<header class="top">
    <a class="brand" href="#/" aria-label="simdb, to the start">simdb</a>
    <nav aria-label="Pages">
      ${oo.map(n=>l`<a key=${n.page} href=${n.address}
        aria-current=${e===n.page||e==="class"&&n.page==="classes"?"page":void 0}>${n.label}${n.page==="classes"&&l`<span class="count" aria-hidden="true">${t===void 0?"":H(t)}</span>`}</a>`)}
    </nav>
    <span class="spring"></span>
    <${ro} />
    <button type="button" class="plain icon" aria-label="Keys" title="Keys (?)" onClick=${()=>ue.set(!0)}>?</button>
  </header>`}function ro(){let e=$(ke),t=e==="live"?"Live":e==="lost"?"Server lost":"Connecting";return l`<span class=${"line "+e} title=${t}><i aria-hidden="true"></i><span>${t}</span></span>`}function ao(){let e=$(ke),t=$(Ue),[n,s]=v(!1);return y(()=>{if(e==="lost"&&s(!0),e!=="live"||!n)return;let i=setTimeout(()=>s(!1),3e3);return()=>clearTimeout(i)},[e,n]),e==="lost"?l`<div class="banner lost">
      <p role="alert">${navigator.onLine?"The server can’t be reached.":"This device is offline."}</p>
      <span class="quiet">${t>0?`Next try in ${t} s`:"Trying…"}</span>
      <button type="button" onClick=${We}>Try now</button>
    </div>`:n&&e==="live"?l`<div class="banner found"><p role="status">The server is back.</p></div>`:null}function lo(){let e=$(re),[t,n]=v(""),[s,i]=v(!1),o=L(null);return y(()=>o.current.focus(),[]),l`<main class="gate" id="content">
    <h1>simdb</h1>
    <p>Open the address that <code>simdb serve</code> prints, or paste the token that is in the file it names.</p>
    <form onSubmit=${async a=>{a.preventDefault();let d=t.trim();if(d){i(!0),re.set("");try{if(!/^[\x21-\x7e]+$/.test(d))throw new M(401,"");if((await fetch("/v1/classes",{headers:{Authorization:"Bearer "+d},credentials:"omit"})).status===401)throw new M(401,"");ut(d)}catch(p){re.set(p instanceof M?"This token isn’t right.":"The server can’t be reached."),i(!1),o.current?.focus()}}}}>
      <label for="token">Token</label>
      <input id="token" ref=${o} type="password" autocomplete="off" spellcheck=${!1} value=${t}
        aria-describedby="token-trouble" aria-invalid=${e?"true":void 0}
        onInput=${a=>n(a.currentTarget.value)} />
      <p id="token-trouble" class="trouble" role="alert">${e}</p>
      <button type="submit" class="main" disabled=${s}>Open</button>
    </form>
    <p class="quiet">It stays in this window and is forgotten when the window closes.</p>
  </main>`}var co=[["Enter","The answer is right: add the picture"],["E","It is another class"],["N","It is a new class"],["U","Undo what was done last"],["J / K","Next or previous picture"],["X","Put the picture aside"],["O","Choose pictures"],["1 / 2","Ask or Classes"],["/","Find a class"],["?","This list"]];function uo(){let e=$(Ge);return $(ue)?l`<${de} title="Keys" onClose=${()=>ue.set(!1)}>
    <dl class="keys">${co.map(([t,n])=>l`<div key=${t}><dt><kbd>${t}</kbd></dt><dd>${n}</dd></div>`)}</dl>
    <label class="check"><input type="checkbox" checked=${e}
      onChange=${t=>jn(t.currentTarget.checked)} /> Use these keys</label>
    <div class="actions"><button type="button" class="main" onClick=${()=>ue.set(!1)}>Close</button></div>
  <//>`:null}function Qn(){let e=$(I),t=$(te),[n,s]=v(!1);return y(()=>{let i=o=>s(o.detail);return addEventListener("simdb-drag",i),()=>removeEventListener("simdb-drag",i)},[]),y(()=>{document.title=t.page==="ask"?"Ask · simdb":"Classes · simdb",scrollTo(0,0)},[t]),e?l`
    <a class="skip" href="#content" onClick=${i=>{i.preventDefault(),document.getElementById("content").focus()}}>To the content</a>
    <${io} />
    <${ao} />
    <main id="content" tabindex="-1">
      ${t.page==="ask"&&l`<${Un} />`}
      ${t.page==="classes"&&l`<${Xn} />`}
      ${t.page==="class"&&l`<${zn} name=${t.name} />`}
    </main>
    <div class="drop" hidden=${!n} aria-hidden="true"><p>Drop pictures to ask about them</p></div>
    <${wn} />
    <${uo} />`:l`<${lo} />`}function Yn(e){!I.get()||!e?.length||(F("#/"),St(e))}function fo(){let e=0,t=s=>s.dataTransfer?.types.includes("Files")??!1,n=s=>dispatchEvent(new CustomEvent("simdb-drag",{detail:s}));addEventListener("dragenter",s=>{t(s)&&++e===1&&n(!0)}),addEventListener("dragleave",s=>{t(s)&&--e<=0&&(e=0,n(!1))}),addEventListener("dragover",s=>{t(s)&&s.preventDefault()}),addEventListener("drop",s=>{e=0,n(!1),t(s)&&(s.preventDefault(),Yn(s.dataTransfer?.files))}),addEventListener("paste",s=>Yn(s.clipboardData?.files))}async function po(){await on();let e=document.getElementById("root");e.replaceChildren(),Bt(l`<${Qn} />`,e),qn(),fo(),document.documentElement.dataset.ready="yes",await mn()}po();
