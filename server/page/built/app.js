/* Built by scripts/build_page.sh. Holds Preact (MIT) and htm (Apache-2.0), both by Jason Miller and others. */
var x,Lt,Kn,J,Xe,Ae,It,Se,Mt,Ye,Qe,Vn,ye=Symbol.for("pv"),Ne={},Le=[],zn=/^m(i|n|o|s|text|space)$/,Ze=Array.isArray,et=Le.slice,ie=Object.assign;function oe(e){e&&e.parentNode&&e.remove()}function Dt(e,t,n){var s,i,o,r={},a=arguments.length;for(o in t)o=="key"?s=t[o]:o=="ref"&&typeof e!="function"?i=t[o]:r[o]=t[o];return a>2&&(r.children=a>3?et.call(arguments,2):n),ve(e,r,s,i,null)}function ve(e,t,n,s,i){var o={type:e,props:t,key:n,ref:s,__k:null,__:null,__b:0,__e:null,__c:null,constructor:ye,__v:i||++Lt,__i:-1,__u:0};return!i&&x.vnode&&x.vnode(o),o}function Ie(e){return e.children}function Ee(e,t){this.props=e,this.context=t,this.__g=0}function G(e,t){if(t==null)return e.__&&G(e.__,e.__i+1);for(var n;t<e.__k.length;t++)if((n=e.__k[t])&&n.__e)return n.__e;return typeof e.type!="function"||e.props.__P?null:G(e)}function Jn(e){var t,n=e.__v,s=n.__e,i=[],o=[],r=e.__P;r&&((t=ie({constructor:ye},n)).__v=n.__v+1,x.vnode&&x.vnode(t),tt(r,t,n,e.__n,r.namespaceURI,32&n.__u?[s]:null,i,s||G(n),32&n.__u,o),t.__v=n.__v,t.__.__k[t.__i]=t,Wt(i,t,o),n.__=n.__e=null,t.__e!=s&&Ht(t))}function Ht(e){if((e=e.__)&&e.__c&&!e.props.__P)return e.__e=null,e.__k.some(function(t){return t&&(e.__e=t.__e)}),Ht(e)}function At(e){(8&e.__g||(e.__g|=8,J.push(e),Ae++))&&Xe==x.debounceRendering||((Xe=x.debounceRendering)||queueMicrotask)(Ot)}function Ot(){try{for(var e,t=1;J.length;)J.length>t&&J.sort(It),e=J.shift(),t=J.length,8&e.__g&&Jn(e)}finally{(Ae=J.length)&&(Xe||queueMicrotask)(Ot)}}function Rt(e,t,n,s,i,o,r,a,d,f,u){var h,p,c,g,T,m,_=s.__k||Le,b=t.length;for(d=Gn(n,t,_,d,b),h=0;h<b;h++)(c=n.__k[h])!=null&&(p=~c.__i&&_[c.__i]||Ne,c.__i=h,m=tt(e,c,p,i,o,r,a,d,f,u),g=c.__e,(p.ref!=c.ref||8&p.__u)&&(p.ref&&nt(p.ref,null,c,p),c.ref&&u.push(c.ref,c.__c||g,c)),T=T||g,4&c.__u?(d=Ut(c,d,e,!p.__v),p.__e&&(p.__e=null)):typeof c.type=="function"&&m!==void 0?d=m:g&&(d=g.nextSibling),c.__u&=-21);return n.__e=T,d}function Gn(e,t,n,s,i){var o,r,a,d,f,u,h,p,c,g=n.length,T=g,m=0,_=0,b=e.__k=Array(i);for(o=0;o<i;o++)(r=t[o])!=null&&typeof r!="boolean"&&typeof r!="function"?(typeof r!="object"||r.constructor===String?r=b[o]=ve(null,r):Ze(r)?r=b[o]=ve(Ie,{children:r}):r.constructor===ye&&r.__b?r=b[o]=ve(r.type,r.props,r.key,r.ref,r.__v):b[o]=r,d=o+m,r.__=e,r.__b=e.__b+1,a=null,~(f=r.__i=Xn(r,n,d,T))&&(T--,(a=n[f])&&(a.__u|=2)),a&&a.__v?(r.__u|=16,f==d-1?m--:f==d+1?m++:f!=d&&(f>d?m--:m++,_=1)):(~f||(i>g?m--:i<g&&m++),typeof r.type!="function"&&(r.__u|=4))):b[o]=null;if(_){for(u=[],h=[],o=0;o<i;o++)if((r=b[o])&&16&r.__u){for(m=0,p=u.length;m<p;)u[c=m+p>>1]<r.__i?m=c+1:p=c;u[m]=r.__i,h[o]=m+1}for(m=u.length;o--;)h[o]&&(h[o]==m?m--:b[o].__u|=4)}if(T)for(o=0;o<g;o++)!(a=n[o])||2&a.__u||(a.__e==s&&(s=G(a)),st(a,a));return s}function Ut(e,t,n,s){var i,o,r,a;if(typeof e.type=="function"){if(e.props.__P)return t;if(i=e.__k)for(o=0;o<i.length;o++)i[o]&&(i[o].__=e,t=Ut(i[o],t,n,!1));return t}for(t&&!t.parentNode&&(t=G(e))&&!t.parentNode&&(t=null),r=e.__e,a=t;a&&a.nodeType==8;)a=a.nextSibling;for(r!=a&&(!s&&n.moveBefore&&r.parentNode?n.moveBefore(r,t):n.insertBefore(r,t||null)),t=r;(t=t&&t.nextSibling)&&t.nodeType==8&&!t.data.startsWith("$s"););return t}function Xn(e,t,n,s){var i,o=e.key,r=e.type,a=t[n],d=a&&!(2&a.__u);if(a===null&&o==null||d&&o==a.key&&r==a.type)return n;if(s>(d?1:0)){for(i=n-1;i>=0;i--)if((a=t[i])&&!(2&a.__u)&&o==a.key&&r==a.type)return i;for(i=n+1;i<t.length;i++)if((a=t[i])&&!(2&a.__u)&&o==a.key&&r==a.type)return i}return-1}function Nt(e,t,n){n==null&&(n=""),t[0]=="-"?e.setProperty(t,n):e[t]=n}function Te(e,t,n,s,i){var o,r;if(t=="style")if(typeof n=="string")e.style.cssText=n;else{if(typeof s=="string"&&(e.style.cssText=s=""),s)for(t in s)n&&t in n||Nt(e.style,t);if(n)for(t in n)s&&n[t]==s[t]||Nt(e.style,t,n[t])}else if(t[0]=="o"&&t[1]=="n")typeof n!="function"&&(n=null),typeof s!="function"&&(s=null),(e.__e||(e.__e={}))[t]=n,n&&s||(r=Qe[t]||(Qe[t]=Qn(t)),(e.__a||(e.__a={}))[t]=Ye,o=t!=(t=t.replace(Mt,"$1")),(t=t.slice(2))[0]<"a"&&(t=t.toLowerCase()),n?e.addEventListener(t,r,o):e.removeEventListener(t,r,o));else{if(i=="http://www.w3.org/2000/svg")t=t.replace(/xlink(H|:h)/,"h").replace(/sName$/,"s");else if(t!="width"&&t!="height"&&t!="href"&&t!="list"&&t!="form"&&t!="tabIndex"&&t!="download"&&t!="rowSpan"&&t!="colSpan"&&t!="role"&&t!="popover"&&t in e)try{return void(e[t]=n??"")}catch{}if(typeof n=="function")return;n==null||n===!1&&t[4]!="-"?e.removeAttribute(t):e.setAttribute(t,t=="popover"&&n==1?"":n)}}function Qn(e){return function(t){var n=this.__e;if(n){if(n=n[e],t[Se]==null)t[Se]=Ye++;else if(t[Se]<this.__a[e])return;return n(x.event?x.event(t):t)}}}function tt(e,t,n,s,i,o,r,a,d,f){var u,h,p,c,g,T,m,_,b,S,k,fe,Et,Ce,ne,Pt,z,se,j=t.type;if(t.constructor!==ye)return null;128&n.__u&&(d=32&n.__u,u=n.__c.__z)&&(t.__u|=d,h=o=[],u.nodeType==8?a=Pe(u,o):o.push(u),a=o[0]||a),(u=x.__b)&&u(t);e:if(typeof j=="function"){p=r.length;try{if(_=t.props,b=(u=j.prototype)&&u.render,S=(u=j.contextType)&&s[u.__c],k=u?S?S.props.value:u.__:s,(c=n.__c)?(t.__c=c,2&c.__g&&(c.__g|=1)):(b?t.__c=c=new j(_,k):(t.__c=c=new Ee(_,k),c.constructor=j,c.render=Zn),S&&S.sub(c),c.state||(c.state={}),c.__n=s,c.__g|=8,c.__h=[],c.__k=[]),b&&(c.__s||(c.__s=c.state),j.getDerivedStateFromProps&&(c.__s==c.state&&(c.__s=ie({},c.__s)),ie(c.__s,j.getDerivedStateFromProps(_,c.__s)))),g=c.props,T=c.state,c.__v=t,n.__c){if(_!==g&&b&&!j.getDerivedStateFromProps&&c.componentWillReceiveProps&&c.componentWillReceiveProps(_,k),t.__v==n.__v&&!(8&c.__g)||!(4&c.__g)&&c.shouldComponentUpdate&&c.shouldComponentUpdate(_,c.__s,k)===!1){t.__v!=n.__v&&(c.props=_,c.state=c.__s,c.__g&=-9),t.__e=n.__e,t.__k=n.__k,t.__k.some(function(D){D&&(D.__=t)}),Le.push.apply(c.__h,c.__k),c.__k=[],c.__h.length&&r.push(c),a=G(n);break e}c.componentWillUpdate&&c.componentWillUpdate(_,c.__s,k),b&&c.componentDidUpdate&&c.__h.push(function(){c.componentDidUpdate(g,T,m)})}else b&&!j.getDerivedStateFromProps&&c.componentWillMount&&c.componentWillMount(),b&&c.componentDidMount&&c.__h.push(c.componentDidMount);c.context=k,c.props=_,c.__P=e,c.__g&=-5,fe=x.__r,Et=b?25:0;do c.__g&=-9,fe&&fe(t),u=c.render(c.props,c.state=c.__s,c.context);while(8&c.__g&&++Et<25);b&&(Le.push.apply(c.__h,c.__k),c.__k=[]),c.state=c.__s,c.getChildContext&&(s=ie({},s,c.getChildContext())),b&&n.__c&&c.getSnapshotBeforeUpdate&&(m=c.getSnapshotBeforeUpdate(g,T)),Ce=u&&u.type===Ie&&u.key==null?u.props.children:u,_.__P&&(u=a,i=(e=_.__P).namespaceURI,d=o=null,n.props&&n.props.__P!=e&&(n.__k.some(function(D){D&&st(D,D)}),n.__k=null),a=n.__k?G(n,0):null),a=Rt(e,Ze(Ce)?Ce:[Ce],t,n,s,i,o,r,a,d,f),_.__P&&(t.__e=null,a=u),t.__u&=-161,h&&h.some(oe),c.__h.length&&r.push(c),1&c.__g&&(c.__g&=-4)}catch(D){if(r.length=p,t.__v=null,d||o)if(D&&D.then){if(t.__u|=128|d,o){for(~(z=o.indexOf(a||void 0))||(z=o.length);(se=o[z-1])&&se.nodeType==8;)z--;for(;z<o.length;z++)if(se=o[z])if(o[z]=null,ne){if(se==Pt)break}else{if(se.nodeType!=8)break;se.data.startsWith("$s")&&(Pt=Pe(ne=se))}}if(!ne){for(;a&&a.nodeType==8&&a.nextSibling;)a=a.nextSibling;ne=a}(u=Pe(ne=t.__c.__z||(t.__c.__z=ne)))?(t.__e=ne,a=u):t.__e=a,a=a&&a.nextSibling}else o&&o.some(oe);else t.__e=n.__e;t.__k||(t.__k=n.__k||[]),D&&D.then||Ft(t),x.__e(D,t,n)}}else a=t.__e=Yn(n.__e,t,n,s,i,o,r,d,f,e);return(u=x.diffed)&&u(t),a}function Pe(e,t){if(e&&e.nodeType==8&&e.data.startsWith("$s"))for(var n=1;e=e.nextSibling;){if(e.nodeType==8){if(e.data.startsWith("$s"))n++;else if(e.data.startsWith("/$s")&&!--n)return e}t&&t.push(e)}}function Ft(e){e&&(e.__c&&(e.__c.__g|=4),e.__k&&e.__k.some(Ft))}function Wt(e,t,n){for(var s=0;s<n.length;)nt(n[s++],n[s++],n[s++]);x.__c&&x.__c(t,e),e.some(function(i){try{e=i.__h,i.__h=[],e.some(function(o){o.call(i)})}catch(o){x.__e(o,i.__v)}})}function Yn(e,t,n,s,i,o,r,a,d,f){var u,h,p,c,g,T,m,_,b=n.props||Ne,S=t.props,k=t.type;if(k=="svg"?i="http://www.w3.org/2000/svg":k=="math"?i="http://www.w3.org/1998/Math/MathML":i||(i="http://www.w3.org/1999/xhtml"),o){for(u=0;u<o.length;u++)if((g=o[u])&&(k?g.localName==k:g.nodeType==3)){e=g,o[u]=null;break}}if(!e){if(_=f.ownerDocument||document,!k)return _.createTextNode(S);e=_.createElementNS(i,k,S.is?S:f),a&&(x.__m&&x.__m(t,o),a=!1),o=null}if(k){if(f=k=="template"&&e.content||e,o=k=="textarea"&&S.defaultValue!=null?null:o&&et.call(f.childNodes),!a&&o)for(b={},u=0;u<e.attributes.length;u++)b[(g=e.attributes[u]).name]=g.value;for(u in b)g=b[u],u=="dangerouslySetInnerHTML"?p=g:u=="children"||u in S||u=="value"&&"defaultValue"in S||u=="checked"&&"defaultChecked"in S||Te(e,u,null,g,i);for(u in S)g=S[u],u=="children"?c=g:u=="dangerouslySetInnerHTML"?h=g:u=="value"?T=g:u=="checked"?m=g:a&&typeof g!="function"||b[u]===g||Te(e,u,g,b[u],i);h?(a||p&&(h.__html==p.__html||h.__html==e.innerHTML)||(e.innerHTML=h.__html),t.__k=[]):(p&&(e.textContent=""),(k=="foreignObject"||i=="http://www.w3.org/1998/Math/MathML"&&zn.test(k))&&(i="http://www.w3.org/1999/xhtml"),Rt(f,Ze(c)?c:[c],t,n,s,i,o,r,o?o[0]:n.__k&&G(n,0),a,d),o&&o.some(oe)),a&&k!="textarea"||(u="value",k=="progress"&&T==null?e.removeAttribute(u):T==null||T===e[u]&&(k!="progress"||T)||Te(e,u,T,b[u],i),u="checked",m!=null&&m!=e[u]&&Te(e,u,m,b[u],i))}else b===S||a&&e.data==S||(e.data=S);return e}function nt(e,t,n,s){try{typeof e=="function"?t?t.__x=e(t)||1:s&&(s=s.__c||s.__e)&&(t=s.__x)&&(s.__x=null,typeof t=="function"?t():e(null)):e.current=t}catch(i){x.__e(i,n)}}function st(e,t,n){var s,i,o,r;if(x.unmount&&x.unmount(e),!(s=e.ref)||s.current&&s.current!=e.__e||nt(s,null,t,e),s=e.__c){if(s.componentWillUnmount)try{s.componentWillUnmount()}catch(a){x.__e(a,t)}s.__P=s.__n=null}if(s=e.__k)for(r=0;r<s.length;r++)s[r]&&st(s[r],t,typeof e.type!="function"||n&&!e.props.__P);!n&&(s=e.__c)&&(s=s.__z)&&(i=Pe(s,o=[]))&&(s==e.__e&&o.some(oe),oe(i),oe(s)),n||oe(e.__e),e.__e=e.__c=e.__=null}function Zn(e,t,n){return this.constructor(e,n)}function jt(e,t){var n,s,i,o;x.__&&x.__(e,t),t.nodeType==9&&(t=t.documentElement),s=(n=e&&32&e.__u)?null:t.__k,t.__k=ve(Ie,{children:[e]}),i=[],o=[],tt(t,t.__k,s||Ne,Ne,t.namespaceURI,s?null:t.firstChild?et.call(t.childNodes):null,i,s?s.__e:t.firstChild,n,o),Wt(i,t.__k,o),t.__k.props.children=null}x={__e:function(e,t,n,s){for(var i,o,r;t=t.__;)if((i=t.__c)&&!(1&i.__g)){i.__g|=4;try{if((r=(o=i.constructor)&&o.getDerivedStateFromError)&&i.setState(o.getDerivedStateFromError(e)),i.componentDidCatch&&(i.componentDidCatch(e,s||{}),r=1),r&&8&i.__g)return void(i.__g|=2)}catch(a){e=a}}throw Ae=0,e}},Lt=0,Kn=function(e){return e!=null&&e.constructor===ye},Ee.prototype.setState=function(e,t){var n=this.__s;n&&n!=this.state||(n=this.__s=ie({},this.state)),typeof e=="function"&&(e=e(ie({},n),this.props)),e&&(ie(n,e),this.__v&&(t&&this.__k.push(t),At(this)))},Ee.prototype.forceUpdate=function(e){this.__v&&(this.__g|=4,e&&this.__h.push(e),At(this))},Ee.prototype.render=Ie,J=[],Ae=0,It=function(e,t){return e.__v.__b-t.__v.__b},Se=Symbol(),Mt=/(PointerCapture)$|Capture$/i,Ye=0,Qe={},Vn=0;var pe,P,ot,qt,it=Object.is,Me=0,Yt=[],rt=[],E=x,Bt=E.__b,Kt=E.__r,Vt=E.diffed,zt=E.__c,Jt=E.unmount,Gt=E.__;function De(e,t){E.__h&&E.__h(P,e,Me||t),Me=0;var n=P.__H||(P.__H={__:[],__h:[]});return e>=n.__.length&&n.__.push({}),n.__[e]}function $(e){return Me=1,es(tn,e)}function es(e,t,n){var s=De(pe++,2);if(s.t=e,!s.__c&&(s.__=[n?n(t):tn(void 0,t),function(o){var r=(s.__N||s.__)[0],a=s.t(r,o);it(r,a)||(s.__N=[a,s.__[1]],s.__c.setState({}))}],s.__c=P,!P.__f)){P.__f=!0;var i=P.shouldComponentUpdate;P.shouldComponentUpdate=function(o,r,a){var d=this.__H;if(!d)return!0;var f=!1,u=this.props!=o;if(d.__.some(function(p){p.__N&&(f=!0,it(p.__[0],p.__N[0])||(u=!0))}),i){var h=i.call(this,o,r,a);return f?h||u:h}return!f||u}}return s.__}function y(e,t){var n=De(pe++,3);!E.__s&&en(n.__H,t)&&(n.__P=!0,n.__=e,n.u=t,P.__H.__h.push(n))}function L(e){return Me=5,ts(function(){return{current:e}},[])}function ts(e,t){var n=De(pe++,7);return en(n.__H,t)&&(n.__=e(),n.__H=t),n.__}function Zt(){var e=De(pe++,11);if(!e.__){for(var t=P.__v;!t.__m&&t.__;)t=t.__;var n=t.__m||(t.__m=[0,0]);e.__="P"+n[0]+"-"+n[1]++}return e.__}function ns(){var e;do{for(;e=rt.shift();)try{we(e)}catch(n){E.__e(n,{__:(e=e.__P)&&e.__v})}for(;e=Yt.shift();){var t=e.__H;if(e.__P&&t)try{t.__h.some(we),t.__h.some(at),t.__h=[]}catch(n){t.__h=[],E.__e(n,e.__v)}}}while(rt.length)}E.__b=function(e){P=null,Bt&&Bt(e)},E.__=function(e,t){e&&t.__k&&t.__k.__m&&(e.__m=t.__k.__m),Gt&&Gt(e,t)},E.__r=function(e){Kt&&Kt(e),pe=0;var t=(P=e.__c).__H;t&&(ot==P?P.__h=[]:(t.__h.some(we),t.__h.some(at),pe=0),t.__h=[],t.__.some(function(n){n.__N&&(n.__=n.__N),n.u=n.__N=void 0})),ot=P},E.diffed=function(e){Vt&&Vt(e);var t=e.__c;t&&t.__H&&(t.__H.__h.length&&Qt(Yt.push(t)),t.__H.__.some(function(n){n.u&&(n.__H=n.u)})),ot=P=null},E.__c=function(e,t){t.some(function(n){try{n.__h.some(we),n.__h=n.__h.filter(function(s){return!s.__||at(s)})}catch(s){n.__h=[function(){throw s}]}}),zt&&zt(e,t)},E.unmount=function(e){Jt&&Jt(e);var t,n,s=e.__c;s&&s.__H&&(s.__H.__.some(function(i){try{if(i.__P&&i.__c){if(n===void 0){for(n=e.__;n&&(!n.__c||!n.__c.__P);)n=n.__;n=n&&n.__c}i.__P=n,Qt(rt.push(i))}else we(i)}catch(o){t=o}}),s.__H=void 0,t&&E.__e(t,s.__v))};var Xt=typeof requestAnimationFrame=="function";function ss(e){var t,n=function(){clearTimeout(s),Xt&&cancelAnimationFrame(t),setTimeout(e)},s=setTimeout(n,35);Xt&&(t=requestAnimationFrame(n))}function Qt(e){e!=1&&qt==E.requestAnimationFrame||((qt=E.requestAnimationFrame)||ss)(ns)}function we(e){var t=P,n=e.__c;typeof n=="function"&&(e.__c=void 0,n()),P=t}function at(e){var t=P;e.__c=e.__(),P=t}function en(e,t){return!e||e.length!=t.length||t.some(function(n,s){return!it(n,e[s])})}function tn(e,t){return typeof t=="function"?t(e):t}function C(e){let t=new Set;return{get:()=>e,set(n){if(n!==e){e=n;for(let s of[...t])s()}},subscribe(n){return t.add(n),()=>{t.delete(n)}}}}function v(e){let[t,n]=$(()=>e.get());return y(()=>{let s=()=>n(()=>e.get());return s(),e.subscribe(s)},[e]),t}var lt="simdb-token",I=C(sessionStorage.getItem(lt)),re=C("");function ct(e){sessionStorage.setItem(lt,e),re.set(""),I.set(e)}function os(e){sessionStorage.removeItem(lt),re.set(e),I.set(null)}var M=class extends Error{constructor(n,s){super(s);this.status=n}status},is="The server can’t be reached.";function rs(e,t){if(e===413)return"This picture is too large for the server.";if(e===415)return"This file is no picture that can be read here.";if(e===503)return"The server is busy. Try again in a moment.";if(e===507)return"The disk of the server is full: nothing was stored.";let n=t||"The server failed.";return n.charAt(0).toUpperCase()+n.slice(1)+(/[.!?]$/.test(n)?"":".")}var as=e=>new Promise(t=>setTimeout(t,e*1e3));async function F(e,t={}){let n=I.get(),s=new Headers(n?{Authorization:"Bearer "+n}:{}),i=t.body;t.body&&s.set("Content-Type",t.body.type||"application/octet-stream"),t.json!==void 0&&(s.set("Content-Type","application/json"),i=JSON.stringify(t.json));for(let o=1;;++o){let r;try{r=await fetch(e,{method:t.method??"GET",headers:s,body:i,signal:t.signal,credentials:"omit",redirect:"error"})}catch(d){throw t.signal?.aborted?d:new M(0,navigator.onLine?is:"This device is offline.")}if(r.ok)return r;if(r.status===503&&o<4){await as(Math.min(Number(r.headers.get("Retry-After"))||1,10));continue}let a="";try{a=String((await r.json()).detail??"")}catch{}throw r.status===401&&n!==null&&I.get()===n&&os("The token isn’t valid any more."),new M(r.status,rs(r.status,a))}}async function ae(e,t={}){return await(await F(e,t)).json()}async function nn(){let e=location.hash.slice(1);if(!(!e||e.startsWith("/"))&&(history.replaceState(null,"",location.pathname),!I.get()))try{let t=await ae("/v1/session",{method:"POST",json:{code:e}});ct(t.token)}catch(t){let n=t instanceof M&&t.status===401;re.set(n?"This link was used before: it opens the page once.":t.message)}}var sn=async()=>(await ae("/v1/classes")).classes,me=(e,t,n=0)=>ae(`/v1/items?class=${encodeURIComponent(e)}&limit=${t}&after=${n}`),on=(e,t)=>ae("/v1/query?why=true",{method:"POST",body:e,signal:t}),rn=(e,t)=>ae("/v1/items?class="+encodeURIComponent(e),{method:"POST",body:t}),an=e=>F("/v1/items/"+e,{method:"DELETE"}),ln=e=>F("/v1/items/delete",{method:"POST",json:{ids:e}}),He=(e,t)=>F("/v1/items/move",{method:"POST",json:{ids:e,class:t}}),cn=e=>F("/v1/classes/delete",{method:"POST",json:{class:e}}),Oe=(e,t,n=!1)=>F("/v1/classes/rename",{method:"POST",json:{from:e,to:t,merge:n}});var xe=C("joining"),W=C(0),Re=C(0),ls=4e4,cs=15,ke=null,ut=()=>{};function us(e){return new Promise(t=>{let n=performance.now()+e*1e3,s=setInterval(()=>{let i=n-performance.now();Re.set(Math.max(0,Math.ceil(i/1e3))),i<=0&&ut()},200);ut=()=>{clearInterval(s),Re.set(0),t()}})}var Ue=()=>ut();async function ds(e,t){let n=await F("/v1/events"+(ke===null?"":"?since="+ke),{signal:e});t(),ke===null&&W.set(W.get()+1),xe.set("live");let s=n.body.pipeThrough(new TextDecoderStream).getReader(),i="";for(;;){let{done:o,value:r}=await s.read();if(o)return;t(),i+=r;let a=i.split(`

`);i=a.pop();for(let d of a){let f=/^id: (\d+)$/m.exec(d)?.[1];!f||f===ke||(ke=f,W.set(W.get()+1))}}}async function un(){let e=0;for(;;){if(!I.get()){await new Promise(o=>{let r=I.subscribe(()=>{r(),o()})});continue}let t=new AbortController,n=0,s=()=>{clearTimeout(n),n=setTimeout(()=>t.abort(),ls)},i=performance.now();s();try{await ds(t.signal,s),performance.now()-i>5e3&&(e=0)}catch(o){if(o instanceof M&&o.status===401)continue}finally{clearTimeout(n)}xe.set("lost"),++e,await us(Math.min(cs,.5*2**Math.min(e,6))*(.75+Math.random()/2))}}addEventListener("online",Ue);document.addEventListener("visibilitychange",()=>{document.hidden||Ue()});var fn=function(e,t,n,s){var i;t[0]=0;for(var o=1;o<t.length;o++){var r=t[o++],a=t[o]?(t[0]|=r?1:2,n[t[o++]]):t[++o];r===3?s[0]=a:r===4?s[1]=Object.assign(s[1]||{},a):r===5?(s[1]=s[1]||{})[t[++o]]=a:r===6?s[1][t[++o]]+=a+"":r?(i=e.apply(a,fn(e,a,n,["",null])),s.push(i),a[0]?t[0]|=2:(t[o-2]=0,t[o]=i)):s.push(a)}return s},dn=new Map;function pn(e){var t=dn.get(this);return t||(t=new Map,dn.set(this,t)),(t=fn(this,t.get(e)||(t.set(e,t=(function(n){for(var s,i,o=1,r="",a="",d=[0],f=function(p){o===1&&(p||(r=r.replace(/^\s*\n\s*|\s*\n\s*$/g,"")))?d.push(0,p,r):o===3&&(p||r)?(d.push(3,p,r),o=2):o===2&&r==="..."&&p?d.push(4,p,0):o===2&&r&&!p?d.push(5,0,!0,r):o>=5&&((r||!p&&o===5)&&(d.push(o,0,r,i),o=6),p&&(d.push(o,p,0,i),o=6)),r=""},u=0;u<n.length;u++){u&&(o===1&&f(),f(u));for(var h=0;h<n[u].length;h++)s=n[u][h],o===1?s==="<"?(f(),d=[d],o=3):r+=s:o===4?r==="--"&&s===">"?(o=1,r=""):r=s+r[0]:a?s===a?a="":r+=s:s==='"'||s==="'"?a=s:s===">"?(f(),o=1):o&&(s==="="?(o=5,i=r,r=""):s==="/"&&(o<5||n[u][h+1]===">")?(f(),o===3&&(d=d[0]),o=d,(d=d[0]).push(2,0,o),o=0):s===" "||s==="	"||s===`
`||s==="\r"?(f(),o=2):r+=s),o===3&&r==="!--"&&(o=4,d=d[0])}return f(),d})(e)),t),arguments,[])).length>1?t:t[0]}var l=pn.bind(Dt);var mn=2e4,We=8,X=C([]),fs=1;function dt(e){let t=X.get().filter(s=>s.kind==="pending"),n=X.get().filter(s=>s.kind!=="pending").slice(-1);X.set([...t,...n,{...e,id:fs++}])}var Fe=e=>X.set(X.get().filter(t=>t.id!==e));function je(e,t){dt({text:e,kind:"done",undo:t,until:performance.now()+mn})}function _e(e){dt({text:e instanceof Error?e.message:String(e),kind:"wrong",until:performance.now()+mn})}function ft(e,t,n){let s=l`<small class="keep">Nothing happens if this page is closed before that.</small>`;dt({text:[e,s],kind:"pending",undo:n,act:t,until:performance.now()+We*1e3})}async function Q(e){try{return await e(),!0}catch(t){return _e(t),!1}}function _n(){let e=X.get().findLast(t=>t.undo);return e?(Fe(e.id),Q(async()=>e.undo()),!0):!1}function ps(){let e=performance.now();for(let t of X.get())e<t.until||(Fe(t.id),t.act&&Q(async()=>t.act()))}function hn(){let e=v(X),[,t]=$(0);return y(()=>{if(e.length===0)return;let n=setInterval(()=>{ps(),t(s=>s+1)},250);return()=>clearInterval(n)},[e]),l`<div class="notices">
    ${e.map(n=>{let s=Math.max(0,Math.ceil((n.until-performance.now())/1e3));return l`<div class=${"notice "+n.kind} key=${n.id}>
        <p role=${n.kind==="wrong"?"alert":"status"}>${n.text}</p>
        ${n.kind==="pending"&&l`<span class="countdown" aria-hidden="true">${s} s</span>`}
        ${n.undo&&l`<button type="button" class="plain" onClick=${()=>{Fe(n.id),Q(async()=>n.undo())}}>Undo</button>`}
        ${n.kind!=="pending"&&l`<button type="button" class="plain icon" aria-label="Dismiss"
          onClick=${()=>Fe(n.id)}>×</button>`}
      </div>`})}
  </div>`}var ms=/[\u{0}-\u{1f}\u{7f}-\u{9f}\u{ad}\u{61c}\u{180e}\u{200b}-\u{200f}\u{2028}-\u{202e}\u{2060}-\u{206f}\u{feff}\u{fff9}-\u{fffb}\u{e0000}-\u{e0fff}]/gu,qe=e=>e.replace(ms,t=>"⟨"+t.codePointAt(0).toString(16).toUpperCase().padStart(4,"0")+"⟩"),gn=80;function q(e){let t=[...qe(e)];return t.length<=gn?t.join(""):t.slice(0,gn-1).join("")+"…"}var w=({of:e})=>l`<bdi class="name" title=${qe(e)}>${q(e)}</bdi>`,_s=new Intl.NumberFormat("en-US"),H=e=>_s.format(e),A=(e,t,n=t+"s")=>H(e)+" "+(e===1?t:n);function B(e){return e>.99&&e<1?"> 99 %":e>0&&e<.01?"< 1 %":Math.round(e*100)+" %"}var N=C([]),R=C(0),he=C(""),hs=2,gs=30,bs=1,pt=0,Be=()=>N.get().filter(e=>e.state!=="settled");function Y(e,t){N.set(N.get().map(n=>n.key===e?{...n,...t}:n))}var K=e=>N.get().find(t=>t.key===e);function bn(e){let t=[];for(let s of e)t.push({key:bs++,file:s,preview:URL.createObjectURL(s),state:"waiting",answeredAt:0});if(t.length===0)return;let n=Be().length>0;N.set([...N.get(),...t]),n||R.set(t[0].key),Ke()}function $s(e){let t=q(e.class??"");switch(e.decision){case"known":return`This is ${t}.`;case"ambiguous":return`Either ${(e.possible??[]).map(n=>q(n.class)).join(" or ")}.`;case"unknown":return"Unknown: no class fits this picture.";default:return e.class===null?"There is nothing to compare this picture with yet.":`Probably ${t}.`}}var vs=(e,t)=>e?.class===t.class&&e.decision===t.decision;async function $n(e,t){t||Y(e.key,{state:"asking"});try{let n=await on(e.file),s=K(e.key);if(!s||s.state!=="asking"&&s.state!=="answered")return;let i=t&&e.answer?.decision!=="known"&&n.decision==="known",o=vs(s.answer,n)?s.answeredAt:performance.now();Y(e.key,{state:"answered",answer:n,trouble:void 0,answeredAt:o,learned:s.learned||i}),t||he.set($s(n))}catch(n){t||Y(e.key,{state:"failed",trouble:n.message})}}function Ke(){for(;pt<hs;){let e=N.get().find(t=>t.state==="waiting");if(!e)return;++pt,$n(e,!1).finally(()=>{--pt,Ke()})}}var mt=!1;W.subscribe(async()=>{if(!mt){mt=!0;try{await new Promise(n=>setTimeout(n,300));let e=N.get().filter(n=>n.state==="answered"&&n.answer?.decision!=="known"),t=0;for(let n of e.slice(0,gs))await $n(n,!0),K(n.key)?.answer?.decision==="known"&&++t;t>0&&he.set(`${t} of the waiting pictures would now be known.`)}finally{mt=!1}}});function vn(e){Y(e,{state:"waiting",trouble:void 0}),Ke()}function yn(e){let t=N.get(),n=t.findIndex(o=>o.key===e),s=o=>o.state!=="settled"&&o.key!==e,i=t.slice(n+1).find(s)??t.find(s);i&&R.get()===e&&R.set(i.key)}async function V(e,t){let n=K(e);if(!n||n.state==="settled"||n.state==="adding")return;let s=n.state;Y(e,{state:"adding"});try{let i=await rn(t,n.file);Y(e,{state:"settled",added:{id:i.id,class:t,isNew:i.added,elsewhere:i.duplicate_class}}),he.set(i.added?`Added to ${q(t)}.`:`It was in ${q(t)} already.`),yn(e)}catch(i){Y(e,{state:s}),_e(i)}}async function Ve(e){let t=K(e)?.added;if(!(!t?.isNew||t.id===null))try{await an(t.id),Y(e,{state:"waiting",added:void 0}),R.set(e),he.set(`Taken out of ${q(t.class)} again.`),Ke()}catch(n){_e(n)}}function le(e){yn(e);let t=K(e);t&&URL.revokeObjectURL(t.preview),N.set(N.get().filter(n=>n.key!==e))}function wn(){for(let e of N.get())e.state==="settled"&&le(e.key)}function _t(e){let t=Be();if(t.length===0)return;let n=t.findIndex(s=>s.key===R.get());R.set(t[Math.min(t.length-1,Math.max(0,n+e))].key)}var O=C(null),ge=C(new Set),ht=!1,gt=!1;async function bt(){if(!I.get())return O.set(null);if(ht){gt=!0;return}ht=!0;try{do gt=!1,O.set(await sn());while(gt)}catch{}finally{ht=!1}}W.subscribe(()=>{bt()});I.subscribe(()=>{bt()});bt();var ys=7;function ce(e){let t=v(O)??[],[n,s]=$(e.value??""),[i,o]=$(-1),r=L(null),a=Zt();y(()=>{r.current.focus(),r.current.select()},[]);let d=n.trim().toLocaleLowerCase(),f=e.first??[],u=m=>f.includes(m)?f.indexOf(m):f.length,h=t.filter(m=>m.class!==e.without&&m.class.toLocaleLowerCase().includes(d)).sort((m,_)=>u(m.class)-u(_.class)).slice(0,ys),p=t.some(m=>m.class===n.trim()),c=n.trim()!==""&&n.trim()!==e.without&&(p||e.allowNew!==!1),g=m=>e.onChoose(m),T=m=>{m.stopPropagation();let _=h.length;if(m.key==="ArrowDown")o((i+1)%Math.max(_,1));else if(m.key==="ArrowUp")o(i<=0?_-1:i-1);else if(m.key==="Escape")e.onCancel();else if(m.key==="Enter"){let b=h[i]?.class;b!==void 0?g(b):c?g(n.trim()):e.allowNew===!1&&_===1&&g(h[0].class)}else return;m.preventDefault()};return l`<div class="choice">
    <label for=${a}>${e.label}</label>
    <div class="choice-row">
      <input id=${a} ref=${r} type="text" role="combobox" autocomplete="off" spellcheck=${!1} maxlength="1024"
        aria-expanded=${h.length>0} aria-controls=${a+"-list"} aria-autocomplete="list"
        aria-activedescendant=${i>=0&&h[i]?`${a}-${i}`:void 0}
        value=${n} onKeyDown=${T}
        onInput=${m=>{s(m.currentTarget.value),o(-1)}} />
      <button type="button" class="main" disabled=${!c} onClick=${()=>g(n.trim())}>
        ${!p&&n.trim()!==""&&e.allowNew!==!1?"New class":e.action}</button>
      <button type="button" class="plain" onClick=${e.onCancel}>Cancel</button>
    </div>
    <ul id=${a+"-list"} role="listbox" aria-label="Classes" hidden=${h.length===0}>
      ${h.map((m,_)=>l`<li key=${m.class} id=${`${a}-${_}`} role="option"
          aria-selected=${_===i} onClick=${()=>g(m.class)}>
        <${w} of=${m.class} /><small>${A(m.items,"picture")}</small>
      </li>`)}
    </ul>
  </div>`}var ws=6,ks=500,Z=new Map,kn=[],$t=0;async function xs(e){$t>=ws&&await new Promise(t=>kn.push(t)),++$t;try{let t=await F(`/v1/items/${e}/thumbnail`);return URL.createObjectURL(await t.blob())}finally{--$t,kn.shift()?.()}}function Cs(e){let t=Z.get(e);t||(t={users:0,address:xs(e)},t.address.catch(()=>Z.delete(e))),Z.delete(e),Z.set(e,t),++t.users;for(let[n,{users:s,address:i}]of Z){if(Z.size<=ks)break;s>0||(Z.delete(n),i.then(o=>URL.revokeObjectURL(o)))}return t.address}var xn=new WeakMap,vt=new IntersectionObserver(e=>{for(let t of e)t.isIntersecting&&(vt.unobserve(t.target),xn.get(t.target)?.())},{rootMargin:"300px"});function be({id:e,label:t}){let n=L(null),[s,i]=$(null),[o,r]=$(!1);return y(()=>{let a=n.current,d=!1,f=!1;return i(null),r(!1),xn.set(a,()=>{f=!0,Cs(e).then(u=>{d||i(u)},()=>{d||r(!0)})}),vt.observe(a),()=>{d=!0,vt.unobserve(a);let u=Z.get(e);f&&u&&--u.users}},[e]),l`<span class="thumbnail" ref=${n}>
    ${s&&l`<img src=${s} alt=${t} decoding="async" onLoad=${yt} />`}
    ${o&&l`<span class="no-picture">no picture</span>`}
  </span>`}function yt(e){let t=e.currentTarget;t.classList.toggle("small",t.naturalWidth<64)}var Ts=5;function Tn({answer:e}){return e.ranking.length===0?null:l`<section class="votes" aria-label="Votes of the nearest pictures">
    <h4>Votes of the nearest pictures</h4>
    <ul>
      ${e.ranking.slice(0,Ts).map(t=>l`<li key=${t.class}>
        <${w} of=${t.class} />
        <span class="bar" aria-hidden="true"><i style=${{width:t.score*100+"%"}}></i></span>
        <span class="figure">${B(t.score)}</span>
      </li>`)}
    </ul>
  </section>`}var ze=e=>e.toFixed(3);function Ss(e){return e.p===null?"–":e.possible?"yes":"no"}var Cn=(e,t)=>t==="unknown"||e===null?l`it would be unknown`:l`the answer would be <${w} of=${e} />${t==="ambiguous"?", in doubt":""}`;function Sn({answer:e}){let t=e.why;if(!t||t.classes.length===0)return null;let n=e.neighbors.filter(r=>r.decisive&&r.without).slice(0,3),{runner_up:s}=t,o=e.decision==="unknown"&&t.overturned?.decision==="unknown"?null:t.overturned;return l`<details class="why">
    <summary>Why?</summary>
    <div class="scroll" tabindex="0" role="group" aria-label="Classes in question">
      <table>
        <thead><tr><th scope="col">Class</th><th scope="col">Votes</th><th scope="col">Most alike</th>
          <th scope="col">Needed</th><th scope="col">p</th><th scope="col">Fits</th></tr></thead>
        <tbody>${t.classes.map(r=>l`<tr key=${r.class}>
          <th scope="row"><${w} of=${r.class} /></th>
          <td>${B(r.share)}</td>
          <td>${ze(r.similarity)}</td>
          <td>${r.possible_from===null?"–":ze(r.possible_from)}</td>
          <td>${r.p===null?"–":ze(r.p)}</td>
          <td>${Ss(r)}</td>
        </tr>`)}</tbody>
      </table>
    </div>
    <ul class="reasons">
      ${n.map(r=>l`<li key=${r.id}>Without picture ${r.id} of <${w} of=${r.class} />
        ${" "}${Cn(r.without.class,r.without.decision)}.</li>`)}
      ${n.length===0&&o&&l`<li>Without the ${A(o.items.length,"nearest picture")}
        ${" "}${Cn(o.class,o.decision)}.</li>`}
      ${s&&s.wins_from!==null&&l`<li><${w} of=${s.class} /> would win with a picture of
        similarity ${ze(s.wins_from)} or more.</li>`}
    </ul>
    <p class="quiet">p is the share of a class’s own pictures that are no more alike to the class than this one.
      A class fits if p is above ${e.alpha??"the limit"}.</p>
  </details>`}var ee=C(null),Es=8,Ps=500;function En(e){let t=K(e),n=t?.answer?.class;t?.state!=="answered"||!t.answer.accepted||typeof n!="string"||performance.now()-t.answeredAt<Ps||V(e,n)}function Pn(e){let t=l`<${w} of=${e.class??""} />`;if(e.class===null)return l`Nothing to compare with yet`;switch(e.decision){case"known":return l`This is ${t}`;case"ambiguous":return l`One of ${A(e.possible?.length??0,"class","classes")}`;case"unknown":return l`Unknown`;default:return e.accepted?l`Probably ${t}`:l`Unknown`}}function As(e){let t=e.possible?.find(s=>s.class===e.class)?.p,n=e.alpha??.05;if(e.class===null)return"Name its class, and the database begins with it.";switch(e.decision){case"known":return l`${B(e.confidence)} of the votes${typeof t=="number"&&l` · at least as alike to its class as ${B(t)} of the class’s own pictures (p ${t.toFixed(2)})`}`;case"ambiguous":return"More than one class fits. Which one is it?";case"unknown":return`No class fits: ${B(1-n)} of known pictures are more alike to their class than this one. Start a new class, or say which class it is.`;default:return l`${B(e.confidence)} of the votes. How sure that is hasn’t been measured here
        (“simdb calibrate” does it), so a picture of something new isn’t noticed.`}}var wt=e=>e.class===null||e.decision==="unknown"||!e.accepted&&e.decision==="uncalibrated"?"unknown":e.decision==="known"?"known":"doubt";function Ns({one:e,answer:t}){let n=v(ee),s=e.state==="adding";if(n?.key===e.key)return l`<${ce} label=${n.isNew?"Name of the new class":"Which class is it?"} action="Add"
      first=${t.ranking.map(d=>d.class)}
      onCancel=${()=>ee.set(null)}
      onChoose=${d=>{ee.set(null),V(e.key,d)}} />`;let i=t.class===null||wt(t)==="unknown",o=t.decision==="ambiguous"?(t.possible??[]).map(d=>d.class).slice(0,4):[],r=t.class!==null&&t.accepted&&o.length===0,a=l`<button type="button" class=${i?"main":""} disabled=${s}
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
  </div>`}function Ls({answer:e}){return e.neighbors.length===0?null:l`<section aria-label="Nearest pictures">
    <h4>Nearest pictures</h4>
    <ol class="neighbors">
      ${e.neighbors.slice(0,Es).map(t=>l`<li key=${t.id}>
        <${be} id=${t.id} label=${"Picture "+t.id} />
        <${w} of=${t.class} />
        <small title=${"similarity "+t.similarity.toFixed(4)}>${t.similarity.toFixed(3)}</small>
      </li>`)}
    </ol>
  </section>`}function kt({one:e}){let[t,n]=$(!1);return l`<span class="preview">
    ${t?l`<span class="no-picture">no preview</span>`:l`<img src=${e.preview} alt=${"The picture "+e.file.name} decoding="async" onLoad=${yt}
                 onError=${()=>n(!0)} />`}
  </span>`}function Is({one:e}){let t=e.added;return l`<article class="card settled" aria-label=${e.file.name}>
    <${kt} one=${e} />
    <p>${t.isNew?"Added to ":"Was already in "}<${w} of=${t.class} />
      ${t.elsewhere&&t.elsewhere!==t.class&&l`<small class="warning">The same picture is also in <${w} of=${t.elsewhere} />.</small>`}</p>
    ${t.isNew&&l`<button type="button" onClick=${()=>{Ve(e.key)}}>Undo</button>`}
    <button type="button" class="plain icon" aria-label="Put aside" onClick=${()=>le(e.key)}>×</button>
  </article>`}function Ms({one:e}){let t=e.answer;return l`<article class="card row" aria-label=${e.file.name}>
    <button type="button" class="open" onClick=${()=>R.set(e.key)}>
      <${kt} one=${e} />
      ${t?l`<span class=${"verdict "+wt(t)}>${Pn(t)}</span>`:l`<span class="quiet">${e.state==="failed"?"No answer":"Looking…"}</span>`}
      ${e.learned&&l`<span class="badge">known now</span>`}
      <span class="spring"></span>
      ${t&&t.class!==null&&t.decision!=="unknown"&&l`<small>${B(t.confidence)}</small>`}
    </button>
    <button type="button" class="plain icon" aria-label="Put aside" onClick=${()=>le(e.key)}>×</button>
  </article>`}function An({one:e}){let t=v(R)===e.key,n=L(null);if(y(()=>{if(!t||e.state==="settled")return;let i=n.current.getBoundingClientRect();(i.top<64||i.top>innerHeight*.6)&&n.current.scrollIntoView({block:"start"})},[t]),e.state==="settled")return l`<${Is} one=${e} />`;if(!t)return l`<${Ms} one=${e} />`;let s=e.answer;return l`<article class="card active" ref=${n} aria-label=${e.file.name} aria-current="true">
    <div class="asked">
      <${kt} one=${e} />
      <p class="file" title=${e.file.name}><bdi>${e.file.name}</bdi></p>
    </div>
    <div class="told">
      <button type="button" class="plain icon aside" aria-label="Put this picture aside" title="Put aside (X)"
        onClick=${()=>le(e.key)}>×</button>
      ${!s&&e.state!=="failed"&&l`<div class="thinking"><h3>Looking…</h3></div>`}
      ${e.state==="failed"&&l`<div class="failed">
        <h3>No answer</h3><p role="alert">${e.trouble}</p>
        <div class="actions"><button type="button" onClick=${()=>vn(e.key)}>Try again</button></div>
      </div>`}
      ${s&&e.state!=="failed"&&l`
        <div class=${"verdict "+wt(s)}>
          <h3>${Pn(s)}</h3>
          ${e.learned&&l`<span class="badge">known now, by what was added since</span>`}
          <p>${As(s)}</p>
        </div>
        <${Ns} one=${e} answer=${s} />
        <${Ls} answer=${s} />
        <${Tn} answer=${s} />
        <${Sn} answer=${s} />`}
    </div>
  </article>`}var xt=C(()=>{});function Ct(e){let t=[...e??[]],n=t.filter(s=>s.type.startsWith("image/")||s.type==="");n.length<t.length&&_e("Only pictures can be asked about."),bn(n)}function Ds({compact:e}){let t=L(null),n=L(null),s=v(O);y(()=>xt.set(()=>t.current?.click()),[]);let i=o=>{let r=o.currentTarget;Ct(r.files),r.value=""};return l`<section class=${"inlet"+(e?" compact":"")} aria-label="Ask about pictures">
    ${!e&&l`<svg class="glyph" viewBox="0 0 48 48" aria-hidden="true">
      <rect x="6" y="10" width="36" height="28" rx="5" /><circle cx="17" cy="20" r="3.5" /><path d="m8 34 10-9 7 6 7-8 9 9" />
    </svg>
    <h2>${s?.length===0?"No classes yet":"What is this?"}</h2>
    <p class="quiet">${s?.length===0?"Drop pictures of one part to begin, and give that part a name.":"Drop a picture here, paste one, or take a photograph."}</p>`}
    <div class="inlet-actions">
      <button type="button" class="main" onClick=${()=>t.current.click()}>Choose pictures</button>
      <button type="button" onClick=${()=>n.current.click()}>Take a photo</button>
      ${e&&l`<span class="quiet hint">or drop or paste them</span>`}
    </div>
    <input ref=${t} id="files" type="file" accept="image/*" multiple hidden onChange=${i} aria-label="Pictures" />
    <input ref=${n} id="camera" type="file" accept="image/*" capture="environment" hidden onChange=${i}
      aria-label="Photograph" />
  </section>`}function Hs(){let e=v(N),[t,n]=$(!1),s=e.filter(a=>a.state!=="settled"),i=s.filter(a=>a.state==="answered"&&a.answer?.decision==="known"),o=e.length-s.length;y(()=>{s.length<2&&n(!1)},[s.length]);let r=async a=>{n(!1);for(let d of Be())await V(d.key,a)};return l`<div class="together">
    <p class="quiet">${s.length>0?A(s.length,"picture")+" waiting":"All answered"}${o>0?` · ${H(o)} done`:""}</p>
    ${!t&&i.length>1&&l`<button type="button" onClick=${()=>i.forEach(a=>{V(a.key,a.answer.class)})}>
      Add the ${H(i.length)} known ones</button>`}
    ${!t&&s.length>1&&l`<button type="button" onClick=${()=>n(!0)}>All are one class…</button>`}
    ${o>0&&l`<button type="button" class="plain" onClick=${wn}>Clear done</button>`}
    ${t&&l`<${ce} label=${`Class of all ${s.length} pictures`} action="Add all"
      onChoose=${a=>{r(a)}} onCancel=${()=>n(!1)} />`}
  </div>`}function Nn(){let e=v(N),t=v(he);return l`<div class="ask">
    <h1 class="unseen">Ask</h1>
    <${Ds} compact=${e.length>0} />
    ${e.length>0&&l`<${Hs} />`}
    <p class="unseen" role="status" aria-live="polite">${t}</p>
    <div class="cards">${e.map(n=>l`<${An} key=${n.key} one=${n} />`)}</div>
  </div>`}var Tt="#/class/",$e=e=>Tt+encodeURIComponent(e);function Ln(){let e=location.hash;if(e==="#/classes")return{page:"classes"};if(e.startsWith(Tt))try{return{page:"class",name:decodeURIComponent(e.slice(Tt.length))}}catch{return{page:"classes"}}return{page:"ask"}}var te=C(Ln());addEventListener("hashchange",()=>te.set(Ln()));function U(e){location.hash=e}var In="simdb-keys",ue=C(!1),Je=C(localStorage.getItem(In)!=="off");function Mn(e){localStorage.setItem(In,e?"on":"off"),Je.set(e)}var Os=e=>e instanceof HTMLElement&&e.closest("input:not([type=checkbox]), textarea, select, dialog")!==null,Rs=e=>e instanceof HTMLElement&&e.closest("button, a, summary, input, label")!==null;function Us(){if(_n())return;let e=N.get().findLast(t=>t.state==="settled"&&t.added?.isNew);e&&Ve(e.key)}function Fs(e){let t=K(R.get());if(te.get().page!=="ask"||!t||t.state==="settled")return!1;if(e==="Enter")En(t.key);else if(e==="x")le(t.key);else if(e==="e"&&t.answer)ee.set({key:t.key,isNew:!1});else if(e==="n"&&t.answer)ee.set({key:t.key,isNew:!0});else return!1;return!0}function Ws(e){if(e==="?")ue.set(!0);else if(e==="1")U("#/");else if(e==="2")U("#/classes");else if(e==="u")Us();else if(e==="j")_t(1);else if(e==="k")_t(-1);else if(e==="o"&&te.get().page==="ask")xt.get()();else if(e==="/")te.get().page!=="classes"&&U("#/classes"),setTimeout(()=>document.getElementById("class-filter")?.focus(),50);else return Fs(e);return!0}function Dn(){addEventListener("keydown",e=>{if(!Je.get()||e.ctrlKey||e.metaKey||e.altKey||e.isComposing||e.defaultPrevented||Os(e.target)||ue.get()||e.key==="Enter"&&(Rs(e.target)||e.repeat))return;let t=e.key.length===1?e.key.toLowerCase():e.key;Ws(t)&&e.preventDefault()})}function de(e){let t=L(null);return y(()=>{let n=document.activeElement;return t.current.showModal(),()=>n?.focus()},[]),l`<dialog ref=${t} aria-labelledby="dialog-title" onClose=${e.onClose}
      onClick=${n=>{n.target===t.current&&t.current.close()}}>
    <div class="dialog">
      <h2 id="dialog-title">${e.title}</h2>
      ${e.children}
    </div>
  </dialog>`}var Ge=100,Hn=1e3,On=1e4;async function js(e){let t=[];for(let n=0;n!==null;){let s=await me(e,Hn,n);t.push(...s.items.map(i=>i.id)),n=s.next}return t}async function Rn(e,t,n){let s=n<=On?await js(e):[];await Oe(e,t,!0),je(l`Merged <${w} of=${e} /> into <${w} of=${t} />`,s.length>0?()=>He(s,e):void 0),U($e(t))}function St(e,t){let n=new Set(ge.get());t?n.add(e):n.delete(e),ge.set(n)}function qs(e,t){St(e,!0),U("#/classes"),ft(l`Deleting <${w} of=${e} /> and its ${A(t,"picture")} in ${We} seconds`,async()=>{try{await cn(e)}finally{St(e,!1)}},()=>St(e,!1))}function Bs({name:e,size:t,onClose:n}){let[s,i]=$(e),[o,r]=$(""),[a,d]=$(null),f=L(null);y(()=>f.current.select(),[]);let u=async h=>{h.preventDefault();let p=s.trim();if(p===e)return n();try{await Oe(e,p),je(l`Renamed to <${w} of=${p} />`,async()=>{await Oe(p,e),U($e(e))}),n(),U($e(p))}catch(c){c instanceof M&&c.status===409?d(p):r(c.message)}};return a!==null?l`<${de} title="Merge the two?" onClose=${n}>
      <p>There is a class <${w} of=${a} /> already. Merged, the ${A(t,"picture")} of
        ${" "}<${w} of=${e} /> belong to it.</p>
      <div class="actions">
        <button type="button" class="main" onClick=${()=>{n(),Q(()=>Rn(e,a,t))}}>Merge</button>
        <button type="button" onClick=${()=>d(null)}>Back</button>
      </div>
    <//>`:l`<${de} title="Rename the class" onClose=${n}>
    <form onSubmit=${u}>
      <label for="new-name">Name</label>
      <input id="new-name" ref=${f} type="text" value=${s} autocomplete="off" spellcheck=${!1} maxlength="1024"
        aria-describedby="rename-trouble" onInput=${h=>i(h.currentTarget.value)} />
      <p id="rename-trouble" class="trouble" role="alert">${o}</p>
      <div class="actions">
        <button type="submit" class="main" disabled=${s.trim()===""}>Rename</button>
        <button type="button" onClick=${n}>Cancel</button>
      </div>
    </form>
  <//>`}function Ks({name:e,size:t,onClose:n}){return l`<${de} title="Merge into another class" onClose=${n}>
    <p class="quiet">All ${A(t,"picture")} of <${w} of=${e} /> move there.
      ${t>On&&" So many pictures can’t be taken back."}</p>
    <${ce} label="Class" action="Merge" allowNew=${!1} without=${e} onCancel=${n}
      onChoose=${s=>{n(),Q(()=>Rn(e,s,t))}} />
  <//>`}function Vs(e){let[t,n]=$(null),[s,i]=$(null),o=v(W),r=L(Ge);return y(()=>{n(null),r.current=Ge},[e]),y(()=>{let d=!1;return(async()=>{let u=[],h=0;for(;h!==null&&u.length<r.current;){let p=await me(e,Math.min(Hn,r.current-u.length),h);u.push(...p.items),h=p.next}d||(n(u),i(h))})().catch(()=>{}),()=>{d=!0}},[e,o]),{items:t,next:s,more:async()=>{let d=await me(e,Ge,s);r.current+=Ge,n([...t??[],...d.items]),i(d.next)}}}function zs(e){let{ids:t,name:n,onDone:s,onHide:i}=e,[o,r]=$(!1),a=f=>{s(),Q(async()=>{await He(t,f),je(l`Moved ${A(t.length,"picture")} to <${w} of=${f} />`,()=>He(t,n))})},d=()=>{s(),i(t,!0),ft(`Deleting ${A(t.length,"picture")} in ${We} seconds`,async()=>{try{await ln(t)}catch(f){throw i(t,!1),f}},()=>i(t,!1))};return l`<div class="selection" role="region" aria-label="Selected pictures">
    <p role="status">${H(t.length)} selected</p>
    <button type="button" class="main" onClick=${()=>r(!0)}>Move…</button>
    <button type="button" class="danger" onClick=${d}>Delete</button>
    <button type="button" class="plain" onClick=${s}>Clear</button>
    ${o&&l`<${de} title=${`Move ${A(t.length,"picture")}`} onClose=${()=>r(!1)}>
      <${ce} label="To class" action="Move" without=${n} onChoose=${a} onCancel=${()=>r(!1)} />
    <//>`}
  </div>`}function Un({name:e}){let t=v(O),{items:n,next:s,more:i}=Vs(e),[o,r]=$(new Set),[a,d]=$(new Set),[f,u]=$(null);y(()=>r(new Set),[e]);let h=v(ge).has(e),p=t?.find(_=>_.class===e)?.items??n?.length??0,c=(n??[]).filter(_=>!a.has(_.id)),g=c.filter(_=>o.has(_.id)).map(_=>_.id),T=_=>{let b=new Set(o);b.delete(_)||b.add(_),r(b)},m=(_,b)=>d(S=>{let k=new Set(S);for(let fe of _)b?k.add(fe):k.delete(fe);return k});return l`<div class="class-page">
    <a class="back" href="#/classes">‹ Classes</a>
    <header class="page-head">
      <div>
        <h1><${w} of=${e} /></h1>
        <p class="quiet" role="status">${h?"Being deleted":A(p,"picture")}</p>
      </div>
      ${n!==null&&n.length>0&&!h&&l`<div class="actions">
        <button type="button" onClick=${()=>u("rename")}>Rename</button>
        <button type="button" onClick=${()=>u("merge")}>Merge…</button>
        <button type="button" class="danger" onClick=${()=>qs(e,p)}>Delete</button>
      </div>`}
    </header>
    ${n?.length===0&&l`<div class="empty"><h2>No pictures here</h2>
      <p class="quiet">There is no class of this name. It may have been renamed or deleted.</p>
      <a class="button main" href="#/classes">All classes</a></div>`}
    <ul class="items" aria-label=${"Pictures of "+q(e)}>
      ${c.map(_=>l`<li key=${_.id}>
        <label class="item">
          <input type="checkbox" checked=${o.has(_.id)} onChange=${()=>T(_.id)}
            aria-label=${"Picture "+_.id} />
          <${be} id=${_.id} label="" />
        </label>
      </li>`)}
    </ul>
    ${s!==null&&l`<button type="button" class="more" onClick=${()=>{Q(i)}}>
      Show more of ${H(p)}</button>`}
    ${g.length>0&&l`<${zs} ids=${g} name=${e} onHide=${m}
      onDone=${()=>r(new Set)} />`}
    ${f==="rename"&&l`<${Bs} name=${e} size=${p} onClose=${()=>u(null)} />`}
    ${f==="merge"&&l`<${Ks} name=${e} size=${p} onClose=${()=>u(null)} />`}
  </div>`}var Fn=4,Wn=60;function Js({one:e}){let[t,n]=$([]),s=v(ge).has(e.class);return y(()=>{let i=!1;return me(e.class,Fn).then(o=>{i||n(o.items)},()=>{}),()=>{i=!0}},[e.class,e.items]),l`<li class=${"tile"+(s?" leaving":"")}>
    <a href=${$e(e.class)} aria-label=${`${qe(e.class)}, ${A(e.items,"picture")}`}>
      <span class="mosaic" aria-hidden="true">
        ${Array.from({length:Fn},(i,o)=>t[o]?l`<${be} key=${t[o].id} id=${t[o].id} label="" />`:l`<span class="thumbnail" key=${"-"+o}></span>`)}
      </span>
      <span class="tile-text"><${w} of=${e.class} /><small>${H(e.items)}</small></span>
    </a>
  </li>`}function jn(){let e=v(O),[t,n]=$(""),[s,i]=$(Wn),o=t.trim().toLocaleLowerCase(),r=(e??[]).filter(d=>d.class.toLocaleLowerCase().includes(o)),a=(e??[]).reduce((d,f)=>d+f.items,0);return l`<div class="classes">
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
    <ul class="tiles">${r.slice(0,s).map(d=>l`<${Js} key=${d.class} one=${d} />`)}</ul>
    ${r.length>s&&l`<button type="button" class="more" onClick=${()=>i(s+Wn)}>
      Show more of ${H(r.length)}</button>`}
  </div>`}var Gs=[{page:"ask",address:"#/",label:"Ask"},{page:"classes",address:"#/classes",label:"Classes"}];function Xs(){let e=v(te).page,t=v(O)?.length;return l`<header class="top">
    <a class="brand" href="#/" aria-label="simdb, to the start">simdb</a>
    <nav aria-label="Pages">
      ${Gs.map(n=>l`<a key=${n.page} href=${n.address}
        aria-current=${e===n.page||e==="class"&&n.page==="classes"?"page":void 0}>${n.label}${n.page==="classes"&&l`<span class="count" aria-hidden="true">${t===void 0?"":H(t)}</span>`}</a>`)}
    </nav>
    <span class="spring"></span>
    <${Qs} />
    <button type="button" class="plain icon" aria-label="Keys" title="Keys (?)" onClick=${()=>ue.set(!0)}>?</button>
  </header>`}function Qs(){let e=v(xe),t=e==="live"?"Live":e==="lost"?"Server lost":"Connecting";return l`<span class=${"line "+e} title=${t}><i aria-hidden="true"></i><span>${t}</span></span>`}function Ys(){let e=v(xe),t=v(Re),[n,s]=$(!1);return y(()=>{if(e==="lost"&&s(!0),e!=="live"||!n)return;let i=setTimeout(()=>s(!1),3e3);return()=>clearTimeout(i)},[e,n]),e==="lost"?l`<div class="banner lost">
      <p role="alert">${navigator.onLine?"The server can’t be reached.":"This device is offline."}</p>
      <span class="quiet">${t>0?`Next try in ${t} s`:"Trying…"}</span>
      <button type="button" onClick=${Ue}>Try now</button>
    </div>`:n&&e==="live"?l`<div class="banner found"><p role="status">The server is back.</p></div>`:null}function Zs(){let e=v(re),[t,n]=$(""),[s,i]=$(!1),o=L(null);return y(()=>o.current.focus(),[]),l`<main class="gate" id="content">
    <h1>simdb</h1>
    <p>Open the address that <code>simdb serve</code> prints, or paste the token that is in the file it names.</p>
    <form onSubmit=${async a=>{a.preventDefault();let d=t.trim();if(d){i(!0),re.set("");try{if(!/^[\x21-\x7e]+$/.test(d))throw new M(401,"");if((await fetch("/v1/classes",{headers:{Authorization:"Bearer "+d},credentials:"omit"})).status===401)throw new M(401,"");ct(d)}catch(f){re.set(f instanceof M?"This token isn’t right.":"The server can’t be reached."),i(!1),o.current?.focus()}}}}>
      <label for="token">Token</label>
      <input id="token" ref=${o} type="password" autocomplete="off" spellcheck=${!1} value=${t}
        aria-describedby="token-trouble" aria-invalid=${e?"true":void 0}
        onInput=${a=>n(a.currentTarget.value)} />
      <p id="token-trouble" class="trouble" role="alert">${e}</p>
      <button type="submit" class="main" disabled=${s}>Open</button>
    </form>
    <p class="quiet">It stays in this window and is forgotten when the window closes.</p>
  </main>`}var eo=[["Enter","The answer is right: add the picture"],["E","It is another class"],["N","It is a new class"],["U","Undo what was done last"],["J / K","Next or previous picture"],["X","Put the picture aside"],["O","Choose pictures"],["1 / 2","Ask or Classes"],["/","Find a class"],["?","This list"]];function to(){let e=v(Je);return v(ue)?l`<${de} title="Keys" onClose=${()=>ue.set(!1)}>
    <dl class="keys">${eo.map(([t,n])=>l`<div key=${t}><dt><kbd>${t}</kbd></dt><dd>${n}</dd></div>`)}</dl>
    <label class="check"><input type="checkbox" checked=${e}
      onChange=${t=>Mn(t.currentTarget.checked)} /> Use these keys</label>
    <div class="actions"><button type="button" class="main" onClick=${()=>ue.set(!1)}>Close</button></div>
  <//>`:null}async function no(){try{await ae("/v1/classes")}catch{}}function qn(){let e=v(I),t=v(te),[n,s]=$(!1);return y(()=>{let i=o=>s(o.detail);return addEventListener("simdb-drag",i),()=>removeEventListener("simdb-drag",i)},[]),y(()=>{document.title=t.page==="ask"?"Ask · simdb":"Classes · simdb",scrollTo(0,0)},[t]),y(()=>{e&&no()},[e]),e?l`
    <a class="skip" href="#content" onClick=${i=>{i.preventDefault(),document.getElementById("content").focus()}}>To the content</a>
    <${Xs} />
    <${Ys} />
    <main id="content" tabindex="-1">
      ${t.page==="ask"&&l`<${Nn} />`}
      ${t.page==="classes"&&l`<${jn} />`}
      ${t.page==="class"&&l`<${Un} name=${t.name} />`}
    </main>
    <div class="drop" hidden=${!n} aria-hidden="true"><p>Drop pictures to ask about them</p></div>
    <${hn} />
    <${to} />`:l`<${Zs} />`}function Bn(e){!I.get()||!e?.length||(U("#/"),Ct(e))}function so(){let e=0,t=s=>s.dataTransfer?.types.includes("Files")??!1,n=s=>dispatchEvent(new CustomEvent("simdb-drag",{detail:s}));addEventListener("dragenter",s=>{t(s)&&++e===1&&n(!0)}),addEventListener("dragleave",s=>{t(s)&&--e<=0&&(e=0,n(!1))}),addEventListener("dragover",s=>{t(s)&&s.preventDefault()}),addEventListener("drop",s=>{e=0,n(!1),t(s)&&(s.preventDefault(),Bn(s.dataTransfer?.files))}),addEventListener("paste",s=>Bn(s.clipboardData?.files))}async function oo(){await nn();let e=document.getElementById("root");e.replaceChildren(),jt(l`<${qn} />`,e),Dn(),so(),document.documentElement.dataset.ready="yes",await un()}oo();
