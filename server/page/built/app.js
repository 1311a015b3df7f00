/* Built by scripts/build_page.sh. Holds Preact (MIT) and htm (Apache-2.0), both by Jason Miller and others. */
var A,On,Uo,pe,qt,nt,Un,Ze,Fn,Wt,jt,Fo,Je=Symbol.for("pv"),st={},ot=[],Ho=/^m(i|n|o|s|text|space)$/,Bt=Array.isArray,Kt=ot.slice,Pe=Object.assign;function Se(e){e&&e.parentNode&&e.remove()}function Hn(e,t,n){var s,o,r,i={},l=arguments.length;for(r in t)r=="key"?s=t[r]:r=="ref"&&typeof e!="function"?o=t[r]:i[r]=t[r];return l>2&&(i.children=l>3?Kt.call(arguments,2):n),Ke(e,i,s,o,null)}function Ke(e,t,n,s,o){var r={type:e,props:t,key:n,ref:s,__k:null,__:null,__b:0,__e:null,__c:null,constructor:Je,__v:o||++On,__i:-1,__u:0};return!o&&A.vnode&&A.vnode(r),r}function rt(e){return e.children}function et(e,t){this.props=e,this.context=t,this.__g=0}function he(e,t){if(t==null)return e.__&&he(e.__,e.__i+1);for(var n;t<e.__k.length;t++)if((n=e.__k[t])&&n.__e)return n.__e;return typeof e.type!="function"||e.props.__P?null:he(e)}function qo(e){var t,n=e.__v,s=n.__e,o=[],r=[],i=e.__P;i&&((t=Pe({constructor:Je},n)).__v=n.__v+1,A.vnode&&A.vnode(t),Jt(i,t,n,e.__n,i.namespaceURI,32&n.__u?[s]:null,o,s||he(n),32&n.__u,r),t.__v=n.__v,t.__.__k[t.__i]=t,Jn(o,t,r),n.__=n.__e=null,t.__e!=s&&qn(t))}function qn(e){if((e=e.__)&&e.__c&&!e.props.__P)return e.__e=null,e.__k.some(function(t){return t&&(e.__e=t.__e)}),qn(e)}function In(e){(8&e.__g||(e.__g|=8,pe.push(e),nt++))&&qt==A.debounceRendering||((qt=A.debounceRendering)||queueMicrotask)(jn)}function jn(){try{for(var e,t=1;pe.length;)pe.length>t&&pe.sort(Un),e=pe.shift(),t=pe.length,8&e.__g&&qo(e)}finally{(nt=pe.length)&&(qt||queueMicrotask)(jn)}}function Wn(e,t,n,s,o,r,i,l,c,f,u){var m,p,d,h,y,g,b=s.__k||ot,_=t.length;for(c=jo(n,t,b,c,_),m=0;m<_;m++)(d=n.__k[m])!=null&&(p=~d.__i&&b[d.__i]||st,d.__i=m,g=Jt(e,d,p,o,r,i,l,c,f,u),h=d.__e,(p.ref!=d.ref||8&p.__u)&&(p.ref&&zt(p.ref,null,d,p),d.ref&&u.push(d.ref,d.__c||h,d)),y=y||h,4&d.__u?(c=Bn(d,c,e,!p.__v),p.__e&&(p.__e=null)):typeof d.type=="function"&&g!==void 0?c=g:h&&(c=h.nextSibling),d.__u&=-21);return n.__e=y,c}function jo(e,t,n,s,o){var r,i,l,c,f,u,m,p,d,h=n.length,y=h,g=0,b=0,_=e.__k=Array(o);for(r=0;r<o;r++)(i=t[r])!=null&&typeof i!="boolean"&&typeof i!="function"?(typeof i!="object"||i.constructor===String?i=_[r]=Ke(null,i):Bt(i)?i=_[r]=Ke(rt,{children:i}):i.constructor===Je&&i.__b?i=_[r]=Ke(i.type,i.props,i.key,i.ref,i.__v):_[r]=i,c=r+g,i.__=e,i.__b=e.__b+1,l=null,~(f=i.__i=Wo(i,n,c,y))&&(y--,(l=n[f])&&(l.__u|=2)),l&&l.__v?(i.__u|=16,f==c-1?g--:f==c+1?g++:f!=c&&(f>c?g--:g++,b=1)):(~f||(o>h?g--:o<h&&g++),typeof i.type!="function"&&(i.__u|=4))):_[r]=null;if(b){for(u=[],m=[],r=0;r<o;r++)if((i=_[r])&&16&i.__u){for(g=0,p=u.length;g<p;)u[d=g+p>>1]<i.__i?g=d+1:p=d;u[g]=i.__i,m[r]=g+1}for(g=u.length;r--;)m[r]&&(m[r]==g?g--:_[r].__u|=4)}if(y)for(r=0;r<h;r++)!(l=n[r])||2&l.__u||(l.__e==s&&(s=he(l)),Vt(l,l));return s}function Bn(e,t,n,s){var o,r,i,l;if(typeof e.type=="function"){if(e.props.__P)return t;if(o=e.__k)for(r=0;r<o.length;r++)o[r]&&(o[r].__=e,t=Bn(o[r],t,n,!1));return t}for(t&&!t.parentNode&&(t=he(e))&&!t.parentNode&&(t=null),i=e.__e,l=t;l&&l.nodeType==8;)l=l.nextSibling;for(i!=l&&(!s&&n.moveBefore&&i.parentNode?n.moveBefore(i,t):n.insertBefore(i,t||null)),t=i;(t=t&&t.nextSibling)&&t.nodeType==8&&!t.data.startsWith("$s"););return t}function Wo(e,t,n,s){var o,r=e.key,i=e.type,l=t[n],c=l&&!(2&l.__u);if(l===null&&r==null||c&&r==l.key&&i==l.type)return n;if(s>(c?1:0)){for(o=n-1;o>=0;o--)if((l=t[o])&&!(2&l.__u)&&r==l.key&&i==l.type)return o;for(o=n+1;o<t.length;o++)if((l=t[o])&&!(2&l.__u)&&r==l.key&&i==l.type)return o}return-1}function Rn(e,t,n){n==null&&(n=""),t[0]=="-"?e.setProperty(t,n):e[t]=n}function Ye(e,t,n,s,o){var r,i;if(t=="style")if(typeof n=="string")e.style.cssText=n;else{if(typeof s=="string"&&(e.style.cssText=s=""),s)for(t in s)n&&t in n||Rn(e.style,t);if(n)for(t in n)s&&n[t]==s[t]||Rn(e.style,t,n[t])}else if(t[0]=="o"&&t[1]=="n")typeof n!="function"&&(n=null),typeof s!="function"&&(s=null),(e.__e||(e.__e={}))[t]=n,n&&s||(i=jt[t]||(jt[t]=Bo(t)),(e.__a||(e.__a={}))[t]=Wt,r=t!=(t=t.replace(Fn,"$1")),(t=t.slice(2))[0]<"a"&&(t=t.toLowerCase()),n?e.addEventListener(t,i,r):e.removeEventListener(t,i,r));else{if(o=="http://www.w3.org/2000/svg")t=t.replace(/xlink(H|:h)/,"h").replace(/sName$/,"s");else if(t!="width"&&t!="height"&&t!="href"&&t!="list"&&t!="form"&&t!="tabIndex"&&t!="download"&&t!="rowSpan"&&t!="colSpan"&&t!="role"&&t!="popover"&&t in e)try{return void(e[t]=n??"")}catch{}if(typeof n=="function")return;n==null||n===!1&&t[4]!="-"?e.removeAttribute(t):e.setAttribute(t,t=="popover"&&n==1?"":n)}}function Bo(e){return function(t){var n=this.__e;if(n){if(n=n[e],t[Ze]==null)t[Ze]=Wt++;else if(t[Ze]<this.__a[e])return;return n(A.event?A.event(t):t)}}}function Jt(e,t,n,s,o,r,i,l,c,f){var u,m,p,d,h,y,g,b,_,T,E,C,M,K,te,Dn,fe,Ce,ce=t.type;if(t.constructor!==Je)return null;128&n.__u&&(c=32&n.__u,u=n.__c.__z)&&(t.__u|=c,m=r=[],u.nodeType==8?l=tt(u,r):r.push(u),l=r[0]||l),(u=A.__b)&&u(t);e:if(typeof ce=="function"){p=i.length;try{if(b=t.props,_=(u=ce.prototype)&&u.render,T=(u=ce.contextType)&&s[u.__c],E=u?T?T.props.value:u.__:s,(d=n.__c)?(t.__c=d,2&d.__g&&(d.__g|=1)):(_?t.__c=d=new ce(b,E):(t.__c=d=new et(b,E),d.constructor=ce,d.render=Jo),T&&T.sub(d),d.state||(d.state={}),d.__n=s,d.__g|=8,d.__h=[],d.__k=[]),_&&(d.__s||(d.__s=d.state),ce.getDerivedStateFromProps&&(d.__s==d.state&&(d.__s=Pe({},d.__s)),Pe(d.__s,ce.getDerivedStateFromProps(b,d.__s)))),h=d.props,y=d.state,d.__v=t,n.__c){if(b!==h&&_&&!ce.getDerivedStateFromProps&&d.componentWillReceiveProps&&d.componentWillReceiveProps(b,E),t.__v==n.__v&&!(8&d.__g)||!(4&d.__g)&&d.shouldComponentUpdate&&d.shouldComponentUpdate(b,d.__s,E)===!1){t.__v!=n.__v&&(d.props=b,d.state=d.__s,d.__g&=-9),t.__e=n.__e,t.__k=n.__k,t.__k.some(function(V){V&&(V.__=t)}),ot.push.apply(d.__h,d.__k),d.__k=[],d.__h.length&&i.push(d),l=he(n);break e}d.componentWillUpdate&&d.componentWillUpdate(b,d.__s,E),_&&d.componentDidUpdate&&d.__h.push(function(){d.componentDidUpdate(h,y,g)})}else _&&!ce.getDerivedStateFromProps&&d.componentWillMount&&d.componentWillMount(),_&&d.componentDidMount&&d.__h.push(d.componentDidMount);d.context=E,d.props=b,d.__P=e,d.__g&=-5,C=A.__r,M=_?25:0;do d.__g&=-9,C&&C(t),u=d.render(d.props,d.state=d.__s,d.context);while(8&d.__g&&++M<25);_&&(ot.push.apply(d.__h,d.__k),d.__k=[]),d.state=d.__s,d.getChildContext&&(s=Pe({},s,d.getChildContext())),_&&n.__c&&d.getSnapshotBeforeUpdate&&(g=d.getSnapshotBeforeUpdate(h,y)),K=u&&u.type===rt&&u.key==null?u.props.children:u,b.__P&&(u=l,o=(e=b.__P).namespaceURI,c=r=null,n.props&&n.props.__P!=e&&(n.__k.some(function(V){V&&Vt(V,V)}),n.__k=null),l=n.__k?he(n,0):null),l=Wn(e,Bt(K)?K:[K],t,n,s,o,r,i,l,c,f),b.__P&&(t.__e=null,l=u),t.__u&=-161,m&&m.some(Se),d.__h.length&&i.push(d),1&d.__g&&(d.__g&=-4)}catch(V){if(i.length=p,t.__v=null,c||r)if(V&&V.then){if(t.__u|=128|c,r){for(~(fe=r.indexOf(l||void 0))||(fe=r.length);(Ce=r[fe-1])&&Ce.nodeType==8;)fe--;for(;fe<r.length;fe++)if(Ce=r[fe])if(r[fe]=null,te){if(Ce==Dn)break}else{if(Ce.nodeType!=8)break;Ce.data.startsWith("$s")&&(Dn=tt(te=Ce))}}if(!te){for(;l&&l.nodeType==8&&l.nextSibling;)l=l.nextSibling;te=l}(u=tt(te=t.__c.__z||(t.__c.__z=te)))?(t.__e=te,l=u):t.__e=l,l=l&&l.nextSibling}else r&&r.some(Se);else t.__e=n.__e;t.__k||(t.__k=n.__k||[]),V&&V.then||Kn(t),A.__e(V,t,n)}}else l=t.__e=Ko(n.__e,t,n,s,o,r,i,c,f,e);return(u=A.diffed)&&u(t),l}function tt(e,t){if(e&&e.nodeType==8&&e.data.startsWith("$s"))for(var n=1;e=e.nextSibling;){if(e.nodeType==8){if(e.data.startsWith("$s"))n++;else if(e.data.startsWith("/$s")&&!--n)return e}t&&t.push(e)}}function Kn(e){e&&(e.__c&&(e.__c.__g|=4),e.__k&&e.__k.some(Kn))}function Jn(e,t,n){for(var s=0;s<n.length;)zt(n[s++],n[s++],n[s++]);A.__c&&A.__c(t,e),e.some(function(o){try{e=o.__h,o.__h=[],e.some(function(r){r.call(o)})}catch(r){A.__e(r,o.__v)}})}function Ko(e,t,n,s,o,r,i,l,c,f){var u,m,p,d,h,y,g,b,_=n.props||st,T=t.props,E=t.type;if(E=="svg"?o="http://www.w3.org/2000/svg":E=="math"?o="http://www.w3.org/1998/Math/MathML":o||(o="http://www.w3.org/1999/xhtml"),r){for(u=0;u<r.length;u++)if((h=r[u])&&(E?h.localName==E:h.nodeType==3)){e=h,r[u]=null;break}}if(!e){if(b=f.ownerDocument||document,!E)return b.createTextNode(T);e=b.createElementNS(o,E,T.is?T:f),l&&(A.__m&&A.__m(t,r),l=!1),r=null}if(E){if(f=E=="template"&&e.content||e,r=E=="textarea"&&T.defaultValue!=null?null:r&&Kt.call(f.childNodes),!l&&r)for(_={},u=0;u<e.attributes.length;u++)_[(h=e.attributes[u]).name]=h.value;for(u in _)h=_[u],u=="dangerouslySetInnerHTML"?p=h:u=="children"||u in T||u=="value"&&"defaultValue"in T||u=="checked"&&"defaultChecked"in T||Ye(e,u,null,h,o);for(u in T)h=T[u],u=="children"?d=h:u=="dangerouslySetInnerHTML"?m=h:u=="value"?y=h:u=="checked"?g=h:l&&typeof h!="function"||_[u]===h||Ye(e,u,h,_[u],o);m?(l||p&&(m.__html==p.__html||m.__html==e.innerHTML)||(e.innerHTML=m.__html),t.__k=[]):(p&&(e.textContent=""),(E=="foreignObject"||o=="http://www.w3.org/1998/Math/MathML"&&Ho.test(E))&&(o="http://www.w3.org/1999/xhtml"),Wn(f,Bt(d)?d:[d],t,n,s,o,r,i,r?r[0]:n.__k&&he(n,0),l,c),r&&r.some(Se)),l&&E!="textarea"||(u="value",E=="progress"&&y==null?e.removeAttribute(u):y==null||y===e[u]&&(E!="progress"||y)||Ye(e,u,y,_[u],o),u="checked",g!=null&&g!=e[u]&&Ye(e,u,g,_[u],o))}else _===T||l&&e.data==T||(e.data=T);return e}function zt(e,t,n,s){try{typeof e=="function"?t?t.__x=e(t)||1:s&&(s=s.__c||s.__e)&&(t=s.__x)&&(s.__x=null,typeof t=="function"?t():e(null)):e.current=t}catch(o){A.__e(o,n)}}function Vt(e,t,n){var s,o,r,i;if(A.unmount&&A.unmount(e),!(s=e.ref)||s.current&&s.current!=e.__e||zt(s,null,t,e),s=e.__c){if(s.componentWillUnmount)try{s.componentWillUnmount()}catch(l){A.__e(l,t)}s.__P=s.__n=null}if(s=e.__k)for(i=0;i<s.length;i++)s[i]&&Vt(s[i],t,typeof e.type!="function"||n&&!e.props.__P);!n&&(s=e.__c)&&(s=s.__z)&&(o=tt(s,r=[]))&&(s==e.__e&&r.some(Se),Se(o),Se(s)),n||Se(e.__e),e.__e=e.__c=e.__=null}function Jo(e,t,n){return this.constructor(e,n)}function zn(e,t){var n,s,o,r;A.__&&A.__(e,t),t.nodeType==9&&(t=t.documentElement),s=(n=e&&32&e.__u)?null:t.__k,t.__k=Ke(rt,{children:[e]}),o=[],r=[],Jt(t,t.__k,s||st,st,t.namespaceURI,s?null:t.firstChild?Kt.call(t.childNodes):null,o,s?s.__e:t.firstChild,n,r),Jn(o,t.__k,r),t.__k.props.children=null}A={__e:function(e,t,n,s){for(var o,r,i;t=t.__;)if((o=t.__c)&&!(1&o.__g)){o.__g|=4;try{if((i=(r=o.constructor)&&r.getDerivedStateFromError)&&o.setState(r.getDerivedStateFromError(e)),o.componentDidCatch&&(o.componentDidCatch(e,s||{}),i=1),i&&8&o.__g)return void(o.__g|=2)}catch(l){e=l}}throw nt=0,e}},On=0,Uo=function(e){return e!=null&&e.constructor===Je},et.prototype.setState=function(e,t){var n=this.__s;n&&n!=this.state||(n=this.__s=Pe({},this.state)),typeof e=="function"&&(e=e(Pe({},n),this.props)),e&&(Pe(n,e),this.__v&&(t&&this.__k.push(t),In(this)))},et.prototype.forceUpdate=function(e){this.__v&&(this.__g|=4,e&&this.__h.push(e),In(this))},et.prototype.render=rt,pe=[],nt=0,Un=function(e,t){return e.__v.__b-t.__v.__b},Ze=Symbol(),Fn=/(PointerCapture)$|Capture$/i,Wt=0,jt={},Fo=0;var Re,I,Gt,Vn,Xt=Object.is,it=0,ss=[],Qt=[],D=A,Gn=D.__b,Xn=D.__r,Qn=D.diffed,Yn=D.__c,Zn=D.unmount,es=D.__;function at(e,t){D.__h&&D.__h(I,e,it||t),it=0;var n=I.__H||(I.__H={__:[],__h:[]});return e>=n.__.length&&n.__.push({}),n.__[e]}function $(e){return it=1,zo(is,e)}function zo(e,t,n){var s=at(Re++,2);if(s.t=e,!s.__c&&(s.__=[n?n(t):is(void 0,t),function(r){var i=(s.__N||s.__)[0],l=s.t(i,r);Xt(i,l)||(s.__N=[l,s.__[1]],s.__c.setState({}))}],s.__c=I,!I.__f)){I.__f=!0;var o=I.shouldComponentUpdate;I.shouldComponentUpdate=function(r,i,l){var c=this.__H;if(!c)return!0;var f=!1,u=this.props!=r;if(c.__.some(function(p){p.__N&&(f=!0,Xt(p.__[0],p.__N[0])||(u=!0))}),o){var m=o.call(this,r,i,l);return f?m||u:m}return!f||u}}return s.__}function S(e,t){var n=at(Re++,3);!D.__s&&rs(n.__H,t)&&(n.__P=!0,n.__=e,n.u=t,I.__H.__h.push(n))}function N(e){return it=5,Te(function(){return{current:e}},[])}function Te(e,t){var n=at(Re++,7);return rs(n.__H,t)&&(n.__=e(),n.__H=t),n.__}function os(){var e=at(Re++,11);if(!e.__){for(var t=I.__v;!t.__m&&t.__;)t=t.__;var n=t.__m||(t.__m=[0,0]);e.__="P"+n[0]+"-"+n[1]++}return e.__}function Vo(){var e;do{for(;e=Qt.shift();)try{ze(e)}catch(n){D.__e(n,{__:(e=e.__P)&&e.__v})}for(;e=ss.shift();){var t=e.__H;if(e.__P&&t)try{t.__h.some(ze),t.__h.some(Yt),t.__h=[]}catch(n){t.__h=[],D.__e(n,e.__v)}}}while(Qt.length)}D.__b=function(e){I=null,Gn&&Gn(e)},D.__=function(e,t){e&&t.__k&&t.__k.__m&&(e.__m=t.__k.__m),es&&es(e,t)},D.__r=function(e){Xn&&Xn(e),Re=0;var t=(I=e.__c).__H;t&&(Gt==I?I.__h=[]:(t.__h.some(ze),t.__h.some(Yt),Re=0),t.__h=[],t.__.some(function(n){n.__N&&(n.__=n.__N),n.u=n.__N=void 0})),Gt=I},D.diffed=function(e){Qn&&Qn(e);var t=e.__c;t&&t.__H&&(t.__H.__h.length&&ns(ss.push(t)),t.__H.__.some(function(n){n.u&&(n.__H=n.u)})),Gt=I=null},D.__c=function(e,t){t.some(function(n){try{n.__h.some(ze),n.__h=n.__h.filter(function(s){return!s.__||Yt(s)})}catch(s){n.__h=[function(){throw s}]}}),Yn&&Yn(e,t)},D.unmount=function(e){Zn&&Zn(e);var t,n,s=e.__c;s&&s.__H&&(s.__H.__.some(function(o){try{if(o.__P&&o.__c){if(n===void 0){for(n=e.__;n&&(!n.__c||!n.__c.__P);)n=n.__;n=n&&n.__c}o.__P=n,ns(Qt.push(o))}else ze(o)}catch(r){t=r}}),s.__H=void 0,t&&D.__e(t,s.__v))};var ts=typeof requestAnimationFrame=="function";function Go(e){var t,n=function(){clearTimeout(s),ts&&cancelAnimationFrame(t),setTimeout(e)},s=setTimeout(n,35);ts&&(t=requestAnimationFrame(n))}function ns(e){e!=1&&Vn==D.requestAnimationFrame||((Vn=D.requestAnimationFrame)||Go)(Vo)}function ze(e){var t=I,n=e.__c;typeof n=="function"&&(e.__c=void 0,n()),I=t}function Yt(e){var t=I;e.__c=e.__(),I=t}function rs(e,t){return!e||e.length!=t.length||t.some(function(n,s){return!Xt(n,e[s])})}function is(e,t){return typeof t=="function"?t(e):t}function P(e){let t=new Set;return{get:()=>e,set(n){if(n!==e){e=n;for(let s of[...t])s()}},subscribe(n){return t.add(n),()=>{t.delete(n)}}}}function x(e){let[t,n]=$(()=>e.get());return S(()=>{let s=()=>n(()=>e.get());return s(),e.subscribe(s)},[e]),t}var Zt="simdb-token",q=P(sessionStorage.getItem(Zt)),Me=P("");function en(e){sessionStorage.setItem(Zt,e),Me.set(""),q.set(e)}function Xo(e){sessionStorage.removeItem(Zt),Me.set(e),q.set(null)}var W=class extends Error{constructor(n,s){super(s);this.status=n}status},Qo="The server can’t be reached.";function Yo(e,t){if(e===413)return"This picture is too large for the server.";if(e===415)return"This file is no picture that can be read here.";if(e===503)return"The server is busy. Try again in a moment.";if(e===507)return"The disk of the server is full: nothing was stored.";let n=t||"The server failed.";return n.charAt(0).toUpperCase()+n.slice(1)+(/[.!?]$/.test(n)?"":".")}var Zo=e=>new Promise(t=>setTimeout(t,e*1e3));async function R(e,t={}){let n=q.get(),s=new Headers(n?{Authorization:"Bearer "+n}:{}),o=t.body;t.body&&s.set("Content-Type",t.body.type||"application/octet-stream"),t.json!==void 0&&(s.set("Content-Type","application/json"),o=JSON.stringify(t.json));for(let r=1;;++r){let i;try{i=await fetch(e,{method:t.method??"GET",headers:s,body:o,signal:t.signal,credentials:"omit",redirect:"error"})}catch(c){throw t.signal?.aborted?c:new W(0,navigator.onLine?Qo:"This device is offline.")}if(i.ok)return i;if(i.status===503&&r<4){await Zo(Math.min(Number(i.headers.get("Retry-After"))||1,10));continue}let l="";try{l=String((await i.json()).detail??"")}catch{}throw i.status===401&&n!==null&&q.get()===n&&Xo("The token isn’t valid any more."),new W(i.status,Yo(i.status,l))}}async function U(e,t={}){return await(await R(e,t)).json()}async function ls(){let e=location.hash.slice(1);if(!(!e||e.startsWith("/"))&&(history.replaceState(null,"",location.pathname),!q.get()))try{let t=await U("/v1/session",{method:"POST",json:{code:e}});en(t.token)}catch(t){let n=t instanceof W&&t.status===401;Me.set(n?"This link was used before: it opens the page once.":t.message)}}var cs=async()=>(await U("/v1/classes")).classes,be=(e,t,n=0)=>U(`/v1/items?class=${encodeURIComponent(e)}&limit=${t}&after=${n}`),as=!0;async function lt(e,{isKept:t=!1}={}){let n="/v1/query?why=true";if(t&&as)try{return await U(n+"&keep-unknown=true",{method:"POST",body:e})}catch(s){if(!(s instanceof W)||s.status!==403)throw s;as=!1}return U(n,{method:"POST",body:e})}var us=(e,t)=>U("/v1/items?class="+encodeURIComponent(e),{method:"POST",body:t}),ct=e=>R("/v1/items/"+e,{method:"DELETE"}),ds=e=>R("/v1/items/delete",{method:"POST",json:{ids:e}}),Ve=(e,t)=>R("/v1/items/move",{method:"POST",json:{ids:e,class:t}}),ms=e=>R("/v1/classes/delete",{method:"POST",json:{class:e}}),ut=(e,t,n=!1)=>R("/v1/classes/rename",{method:"POST",json:{from:e,to:t,merge:n}});var Y=P("joining"),O=P(0),ge=P(null),ne=P(null),ft=P(0),er=4e4,tr=15,nr=2e4,dt=null,tn=()=>{},mt=new AbortController,pt=!1,ps=()=>{};function sr(e){return new Promise(t=>{let n=performance.now()+e*1e3,s=setInterval(()=>{let o=n-performance.now();ft.set(Math.max(0,Math.ceil(o/1e3))),o<=0&&tn()},200);tn=()=>{clearInterval(s),ft.set(0),t()}})}var ht=()=>tn();async function or(e,t){let n=await R("/v1/events"+(dt===null?"":"?since="+dt),{signal:e});t(),O.set(O.get()+1),Y.set("live");let s=n.body.pipeThrough(new TextDecoderStream).getReader(),o="";for(;;){let{done:r,value:i}=await s.read();if(r)return;t(),o+=i;let l=o.split(`

`);o=l.pop();for(let c of l){let f=/^event: (\w+)$/m.exec(c)?.[1],u=/^data: (.*)$/m.exec(c)?.[1];f==="unknowns"&&u&&ge.set(JSON.parse(u).total),f==="job"&&u&&ne.set(JSON.parse(u));let m=/^id: (\d+)$/m.exec(c)?.[1];!m||m===dt||(dt=m,O.set(O.get()+1))}}}async function hs(){let e=0;for(;;){if(!q.get()){await new Promise(o=>{let r=q.subscribe(()=>{r(),o()})});continue}if(pt){await new Promise(o=>{ps=o});continue}mt=new AbortController;let t=0,n=()=>{clearTimeout(t),t=setTimeout(()=>mt.abort(),er)},s=performance.now();n();try{await or(mt.signal,n),performance.now()-s>5e3&&(e=0)}catch(o){if(o instanceof W&&o.status===401)continue}finally{clearTimeout(t)}pt||(Y.set("lost"),++e,await sr(Math.min(tr,.5*2**Math.min(e,6))*(.75+Math.random()/2)))}}function bs(){pt=!0,mt.abort()}function gs(){pt=!1,ps(),ht()}var fs=0;addEventListener("online",ht);addEventListener("pagehide",bs);addEventListener("pageshow",gs);document.addEventListener("visibilitychange",()=>{clearTimeout(fs),document.hidden?fs=setTimeout(bs,nr):gs()});var _s=function(e,t,n,s){var o;t[0]=0;for(var r=1;r<t.length;r++){var i=t[r++],l=t[r]?(t[0]|=i?1:2,n[t[r++]]):t[++r];i===3?s[0]=l:i===4?s[1]=Object.assign(s[1]||{},l):i===5?(s[1]=s[1]||{})[t[++r]]=l:i===6?s[1][t[++r]]+=l+"":i?(o=e.apply(l,_s(e,l,n,["",null])),s.push(o),l[0]?t[0]|=2:(t[r-2]=0,t[r]=o)):s.push(l)}return s},$s=new Map;function ws(e){var t=$s.get(this);return t||(t=new Map,$s.set(this,t)),(t=_s(this,t.get(e)||(t.set(e,t=(function(n){for(var s,o,r=1,i="",l="",c=[0],f=function(p){r===1&&(p||(i=i.replace(/^\s*\n\s*|\s*\n\s*$/g,"")))?c.push(0,p,i):r===3&&(p||i)?(c.push(3,p,i),r=2):r===2&&i==="..."&&p?c.push(4,p,0):r===2&&i&&!p?c.push(5,0,!0,i):r>=5&&((i||!p&&r===5)&&(c.push(r,0,i,o),r=6),p&&(c.push(r,p,0,o),r=6)),i=""},u=0;u<n.length;u++){u&&(r===1&&f(),f(u));for(var m=0;m<n[u].length;m++)s=n[u][m],r===1?s==="<"?(f(),c=[c],r=3):i+=s:r===4?i==="--"&&s===">"?(r=1,i=""):i=s+i[0]:l?s===l?l="":i+=s:s==='"'||s==="'"?l=s:s===">"?(f(),r=1):r&&(s==="="?(r=5,o=i,i=""):s==="/"&&(r<5||n[u][m+1]===">")?(f(),r===3&&(c=c[0]),r=c,(c=c[0]).push(2,0,r),r=0):s===" "||s==="	"||s===`
`||s==="\r"?(f(),r=2):i+=s),r===3&&i==="!--"&&(r=4,c=c[0])}return f(),c})(e)),t),arguments,[])).length>1?t:t[0]}var a=ws.bind(Hn);var vs=2e4,Ee=8,$e=P([]),rr=1;function nn(e){let t=$e.get().filter(s=>s.kind==="pending"),n=$e.get().filter(s=>s.kind!=="pending").slice(-1);$e.set([...t,...n,{...e,id:rr++,at:performance.now()}])}var bt=e=>$e.set($e.get().filter(t=>t.id!==e));function se(e,t){nn({text:e,kind:"done",undo:t,until:performance.now()+vs})}function _e(e){nn({text:e instanceof Error?e.message:String(e),kind:"wrong",until:performance.now()+vs})}function Oe(e,t,n){let s=a`<small class="keep">Nothing happens if this page is closed before that.</small>`;nn({text:[e,s],kind:"pending",undo:n,act:t,until:performance.now()+Ee*1e3})}async function B(e){try{return await e(),!0}catch(t){return _e(t),!1}}function ys(e){let t=$e.get().findLast(n=>n.undo&&n.at>e);return t?(bt(t.id),B(async()=>t.undo()),!0):!1}function ir(){let e=performance.now();for(let t of $e.get())e<t.until||(bt(t.id),t.act&&B(async()=>t.act()))}function ks(){let e=x($e),[,t]=$(0);return S(()=>{if(e.length===0)return;let n=setInterval(()=>{ir(),t(s=>s+1)},250);return()=>clearInterval(n)},[e]),a`<div class="notices">
    ${e.map(n=>{let s=Math.max(0,Math.ceil((n.until-performance.now())/1e3));return a`<div class=${"notice "+n.kind} key=${n.id}>
        <p role=${n.kind==="wrong"?"alert":"status"}>${n.text}</p>
        ${n.kind==="pending"&&a`<span class="countdown" aria-hidden="true">${s} s</span>`}
        ${n.undo&&a`<button type="button" class="plain" onClick=${()=>{bt(n.id),B(async()=>n.undo())}}>Undo</button>`}
        ${n.kind!=="pending"&&a`<button type="button" class="plain icon" aria-label="Dismiss"
          onClick=${()=>bt(n.id)}>×</button>`}
      </div>`})}
  </div>`}var ar=/[\u{0}-\u{1f}\u{7f}-\u{9f}\u{ad}\u{61c}\u{180e}\u{200b}-\u{200f}\u{2028}-\u{202e}\u{2060}-\u{206f}\u{feff}\u{fff9}-\u{fffb}\u{e0000}-\u{e0fff}]/gu,Ue=e=>e.replace(ar,t=>"⟨"+t.codePointAt(0).toString(16).toUpperCase().padStart(4,"0")+"⟩"),lr=new Intl.NumberFormat("en-US"),k=e=>lr.format(e),Cs={light:["#0072b2","#e69f00","#009e73","#cc4c9b","#d55e00","#33a9e0","#7a5cc2","#8c6d31","#c42d3d","#6b7580"],dark:["#4da3e8","#f2b134","#2fc795","#ec85c3","#f5803e","#7fd0f7","#a98ff0","#c2a05a","#f0707d","#a4aeb9"]},xs={light:{red:"#d83a34",green:"#2a9d4a",blue:"#2f62d6",yellow:"#e0b000",purple:"#8e3fb8",cyan:"#17a9bf",orange:"#ee7f1a",brown:"#8a5a2b",pink:"#e377b5",black:"#22262b",grey:"#8a9099",gray:"#8a9099",magenta:"#c837ab"},dark:{red:"#f4655f",green:"#45c46a",blue:"#6f9bff",yellow:"#f2cb3a",purple:"#bb7be0",cyan:"#3fd0e4",orange:"#ff9c45",brown:"#bb8a58",pink:"#f4a3d2",black:"#59616b",grey:"#a4aab2",gray:"#a4aab2",magenta:"#e667cc"}},Ji=Cs.light.length;function cr(e,t,n){let s=t*Math.min(n,1-n),o=r=>{let i=(r+e/30)%12,l=n-s*Math.max(-1,Math.min(i-3,9-i,1));return Math.round(255*l).toString(16).padStart(2,"0")};return"#"+o(0)+o(8)+o(4)}function Ss(e,t){let n=t?"dark":"light";return e.length>0&&e.every(s=>Object.hasOwn(xs.light,s))?e.map(s=>xs[n][s]):e.map((s,o)=>Cs[n][o]??cr(o*137.508%360,[.62,.48,.76][o%3],(t?.66:.45)+[0,.09,-.09][o%3]))}var Ps=80;function j(e){let t=[...Ue(e)];return t.length<=Ps?t.join(""):t.slice(0,Ps-1).join("")+"…"}var w=({of:e})=>a`<bdi class="name" title=${Ue(e)}>${j(e)}</bdi>`,v=(e,t,n=t+"s")=>k(e)+" "+(e===1?t:n);function L(e){return e>.99&&e<1?"> 99 %":e>0&&e<.01?"< 1 %":Math.round(e*100)+" %"}var H=P([]),Z=P(0),Ae=P(""),ur=2,dr=30,mr=1,sn=0,gt=()=>H.get().filter(e=>e.state!=="settled");function we(e,t){H.set(H.get().map(n=>n.key===e?{...n,...t}:n))}var ue=e=>H.get().find(t=>t.key===e);function $t(e){let t=[];for(let s of e)t.push({key:mr++,file:s,preview:URL.createObjectURL(s),state:"waiting",answeredAt:0});if(t.length===0)return;let n=gt().length>0;H.set([...H.get(),...t]),n||Z.set(t[0].key),_t()}function Ts(e){let t=j(e.class??"");switch(e.decision){case"known":return`This is ${t}.`;case"ambiguous":return`Either ${(e.possible??[]).map(n=>j(n.class)).join(" or ")}.`;case"unknown":return"Unknown: no class fits this picture.";default:return e.class===null?"There is nothing to compare this picture with yet.":`Probably ${t}.`}}var fr=(e,t)=>e?.class===t.class&&e.decision===t.decision;async function Ms(e,t){t||we(e.key,{state:"asking"});try{let n=await lt(e.file,{isKept:!t}),s=ue(e.key);if(!s||s.state!=="asking"&&s.state!=="answered")return;let o=t&&e.answer?.decision!=="known"&&n.decision==="known",r=fr(s.answer,n)?s.answeredAt:performance.now();we(e.key,{state:"answered",answer:n,trouble:void 0,answeredAt:r,learned:s.learned||o}),t||Ae.set(Ts(n))}catch(n){t||we(e.key,{state:"failed",trouble:n.message})}}function _t(){for(;sn<ur;){let e=H.get().find(t=>t.state==="waiting");if(!e)return;++sn,Ms(e,!1).finally(()=>{--sn,_t()})}}var on=!1;O.subscribe(async()=>{if(!on){on=!0;try{await new Promise(n=>setTimeout(n,300));let e=H.get().filter(n=>n.state==="answered"&&n.answer?.decision!=="known"),t=0;for(let n of e.slice(0,dr))await Ms(n,!0),ue(n.key)?.answer?.decision==="known"&&++t;t>0&&Ae.set(`${t} of the waiting pictures would now be known.`)}finally{on=!1}}});function Es(e){we(e,{state:"waiting",trouble:void 0}),_t()}function As(e){let t=H.get(),n=t.findIndex(r=>r.key===e),s=r=>r.state!=="settled"&&r.key!==e,o=t.slice(n+1).find(s)??t.find(s);o&&Z.get()===e&&Z.set(o.key)}async function de(e,t){let n=ue(e);if(!n||n.state==="settled"||n.state==="adding")return;let s=n.state;we(e,{state:"adding"});try{let o=await us(t,n.file),r=o.duplicate_of?.class;we(e,{state:"settled",added:{id:o.id,class:t,isNew:o.added,elsewhere:r===t?void 0:r,at:performance.now()}}),Ae.set(o.added?`Added to ${j(t)}.`:`It was in ${j(t)} already.`),As(e)}catch(o){we(e,{state:s}),_e(o)}}async function wt(e){let t=ue(e)?.added;if(!(!t?.isNew||t.id===null))try{await ct(t.id),we(e,{state:"waiting",added:void 0}),Z.set(e),Ae.set(`Taken out of ${j(t.class)} again.`),_t()}catch(n){_e(n)}}function Ns(){return H.get().filter(t=>t.state==="settled"&&t.added?.isNew).sort((t,n)=>t.added.at-n.added.at).at(-1)}function Ne(e){As(e);let t=ue(e);t&&URL.revokeObjectURL(t.preview),H.set(H.get().filter(n=>n.key!==e))}function Ls(){for(let e of H.get())e.state==="settled"&&Ne(e.key)}function rn(e){let t=gt();if(t.length===0)return;let n=t.findIndex(o=>o.key===Z.get()),s=t[Math.min(t.length-1,Math.max(0,n+e))];Z.set(s.key),Ae.set(s.answer?Ts(s.answer):s.file.name)}var G=P(null),Fe=P(new Set),an=!1,ln=!1;async function cn(){if(!q.get())return G.set(null);if(an){ln=!0;return}an=!0;try{do ln=!1,G.set(await cs());while(ln)}catch{}finally{an=!1}}O.subscribe(()=>{cn()});q.subscribe(()=>{cn()});cn();var pr=7;function J(e){let t=x(G)??[],[n,s]=$(e.value??""),[o,r]=$(-1),i=N(null),l=os();S(()=>{i.current.focus(),i.current.select()},[]);let c=n.trim().toLocaleLowerCase(),f=e.first??[],u=g=>f.includes(g)?f.indexOf(g):f.length,m=t.filter(g=>g.class!==e.without&&g.class.toLocaleLowerCase().includes(c)).sort((g,b)=>u(g.class)-u(b.class)).slice(0,pr),p=t.some(g=>g.class===n.trim()),d=n.trim()!==""&&n.trim()!==e.without&&(p||e.allowNew!==!1),h=g=>e.onChoose(g),y=g=>{g.stopPropagation();let b=m.length;if(g.key==="ArrowDown")r((o+1)%Math.max(b,1));else if(g.key==="ArrowUp")r(o<=0?b-1:o-1);else if(g.key==="Escape")e.onCancel();else if(g.key==="Enter"){let _=m[o]?.class;_!==void 0?h(_):d?h(n.trim()):e.allowNew===!1&&b===1&&h(m[0].class)}else return;g.preventDefault()};return a`<div class="choice">
    <label for=${l}>${e.label}</label>
    <div class="choice-row">
      <input id=${l} ref=${i} type="text" role="combobox" autocomplete="off" spellcheck=${!1} maxlength="1024"
        aria-expanded=${m.length>0} aria-controls=${l+"-list"} aria-autocomplete="list"
        aria-activedescendant=${o>=0&&m[o]?`${l}-${o}`:void 0}
        value=${n} onKeyDown=${y}
        onInput=${g=>{s(g.currentTarget.value),r(-1)}} />
      <button type="button" class="main" disabled=${!d} onClick=${()=>h(n.trim())}>
        ${!p&&n.trim()!==""&&e.allowNew!==!1?"New class":e.action}</button>
      <button type="button" class="plain" onClick=${e.onCancel}>Cancel</button>
    </div>
    <ul id=${l+"-list"} role="listbox" aria-label="Classes" hidden=${m.length===0}>
      ${m.map((g,b)=>a`<li key=${g.class} id=${`${l}-${b}`} role="option"
          aria-selected=${b===o} onClick=${()=>h(g.class)}>
        <${w} of=${g.class} /><small>${v(g.items,"picture")}</small>
      </li>`)}
    </ul>
  </div>`}var hr=4,br=500,ve=new Map,Ds=[],un=0;async function gr(e){un>=hr&&await new Promise(t=>Ds.push(t)),++un;try{let t=await R(e);return URL.createObjectURL(await t.blob())}finally{--un,Ds.shift()?.()}}function $r(e){let t=ve.get(e);t||(t={users:0,address:gr(e)},t.address.catch(()=>ve.delete(e))),ve.delete(e),ve.set(e,t),++t.users;for(let[n,{users:s,address:o}]of ve){if(ve.size<=br)break;s>0||(ve.delete(n),o.then(r=>URL.revokeObjectURL(r)))}return t.address}var Is=new WeakMap,dn=new IntersectionObserver(e=>{for(let t of e)t.isIntersecting&&(dn.unobserve(t.target),Is.get(t.target)?.())},{rootMargin:"300px"});function mn({path:e,label:t}){let n=N(null),[s,o]=$(null),[r,i]=$(!1),[l,c]=$(0);return S(()=>{let f=n.current,u=!1,m=!1;return o(null),i(!1),Is.set(f,()=>{m=!0,$r(e).then(p=>{u||o(p)},()=>{u||i(!0)})}),dn.observe(f),()=>{u=!0,dn.unobserve(f);let p=ve.get(e);m&&p&&--p.users}},[e,l]),S(()=>r?O.subscribe(()=>c(l+1)):void 0,[r,l]),a`<span class="thumbnail" ref=${n}>
    ${s&&a`<img src=${s} alt=${t} decoding="async" onLoad=${fn} />`}
    ${r&&a`<span class="no-picture">no picture</span>`}
  </span>`}var F=({id:e,label:t})=>a`<${mn} path=${`/v1/items/${e}/thumbnail`} label=${t} />`;function fn(e){let t=e.currentTarget;t.classList.toggle("small",t.naturalWidth<64)}var _r=5;function Os({answer:e}){return e.ranking.length===0?null:a`<section class="votes" aria-label="Votes of the nearest pictures">
    <h3>Votes of the nearest pictures</h3>
    <ul>
      ${e.ranking.slice(0,_r).map(t=>a`<li key=${t.class}>
        <${w} of=${t.class} />
        <span class="bar" aria-hidden="true"><i style=${{width:t.score*100+"%"}}></i></span>
        <span class="figure">${L(t.score)}</span>
      </li>`)}
    </ul>
  </section>`}var vt=e=>e.toFixed(3);function wr(e){return e.p===null?"–":e.possible?"yes":"no"}var Rs=(e,t)=>t==="unknown"||e===null?a`it would be unknown`:a`the answer would be <${w} of=${e} />${t==="ambiguous"?", in doubt":""}`;function Us({answer:e}){let t=e.why;if(!t||t.classes.length===0)return null;let n=e.neighbors.filter(i=>i.decisive&&i.without).slice(0,3),{runner_up:s}=t,r=e.decision==="unknown"&&t.overturned?.decision==="unknown"?null:t.overturned;return a`<details class="why">
    <summary>Why?</summary>
    <div class="scroll" tabindex="0" role="group" aria-label="Classes in question">
      <table>
        <thead><tr><th scope="col">Class</th><th scope="col">Votes</th><th scope="col">Most alike</th>
          <th scope="col">Needed</th><th scope="col">p</th><th scope="col">Fits</th></tr></thead>
        <tbody>${t.classes.map(i=>a`<tr key=${i.class}>
          <th scope="row"><${w} of=${i.class} /></th>
          <td>${L(i.share)}</td>
          <td>${vt(i.similarity)}</td>
          <td>${i.possible_from===null?"–":vt(i.possible_from)}</td>
          <td>${i.p===null?"–":vt(i.p)}</td>
          <td>${wr(i)}</td>
        </tr>`)}</tbody>
      </table>
    </div>
    <ul class="reasons">
      ${n.map(i=>a`<li key=${i.id}>Without picture ${i.id} of <${w} of=${i.class} />
        ${" "}${Rs(i.without.class,i.without.decision)}.</li>`)}
      ${n.length===0&&r&&a`<li>Without the ${v(r.items.length,"nearest picture")}
        ${" "}${Rs(r.class,r.decision)}.</li>`}
      ${s&&s.wins_from!==null&&a`<li><${w} of=${s.class} /> would win with a picture of
        similarity ${vt(s.wins_from)} or more.</li>`}
    </ul>
    <p class="quiet">p is the share of a class’s own pictures that are no more alike to the class than this one.
      A class fits if p is above ${e.alpha??"the limit"}.</p>
  </details>`}var ye=P(null),vr=8,yr=500;function Fs(e){let t=ue(e),n=t?.answer?.class;t?.state!=="answered"||!t.answer.accepted||typeof n!="string"||performance.now()-t.answeredAt<yr||de(e,n)}function Hs(e){let t=a`<${w} of=${e.class??""} />`;if(e.class===null)return a`Nothing to compare with yet`;switch(e.decision){case"known":return a`This is ${t}`;case"ambiguous":return a`One of ${v(e.possible?.length??0,"class","classes")}`;case"unknown":return a`Unknown`;default:return e.accepted?a`Probably ${t}`:a`Unknown`}}function kr(e){let t=e.possible?.find(s=>s.class===e.class)?.p,n=e.alpha??.05;if(e.class===null)return"Name its class, and the database begins with it.";switch(e.decision){case"known":return a`${L(e.confidence)} of the votes${typeof t=="number"&&a` · at least as alike to its class as ${L(t)} of the class’s own pictures (p ${t.toFixed(2)})`}`;case"ambiguous":return"More than one class fits. Which one is it?";case"unknown":return`No class fits: ${L(1-n)} of known pictures are more alike to their class than this one. Start a new class, or say which class it is.`;default:return a`${L(e.confidence)} of the votes. How sure that is hasn’t been measured here
        (“simdb calibrate” does it), so a picture of something new isn’t noticed.`}}var pn=e=>e.class===null||e.decision==="unknown"||!e.accepted&&e.decision==="uncalibrated"?"unknown":e.decision==="known"?"known":"doubt";function xr({one:e,answer:t}){let n=x(ye),s=e.state==="adding";if(n?.key===e.key)return a`<${J} label=${n.isNew?"Name of the new class":"Which class is it?"} action="Add"
      first=${t.ranking.map(c=>c.class)}
      onCancel=${()=>ye.set(null)}
      onChoose=${c=>{ye.set(null),de(e.key,c)}} />`;let o=t.class===null||pn(t)==="unknown",r=t.decision==="ambiguous"?(t.possible??[]).map(c=>c.class).slice(0,4):[],i=t.class!==null&&t.accepted&&r.length===0,l=a`<button type="button" class=${o?"main":""} disabled=${s}
    onClick=${()=>ye.set({key:e.key,isNew:!0})}>New class <kbd aria-hidden="true">N</kbd></button>`;return a`<div class="actions">
    ${o&&l}
    ${o&&t.class!==null&&a`<button type="button" disabled=${s}
      onClick=${()=>{de(e.key,t.class)}}><span>It is</span> <${w} of=${t.class} /></button>`}
    ${i&&a`<button type="button" class="main" disabled=${s}
      onClick=${()=>{de(e.key,t.class)}}>Right, add it <kbd aria-hidden="true">Enter</kbd></button>`}
    ${r.map(c=>a`<button type="button" key=${c} class="main" disabled=${s}
      onClick=${()=>{de(e.key,c)}}><${w} of=${c} /></button>`)}
    ${t.class!==null&&a`<button type="button" disabled=${s}
      onClick=${()=>ye.set({key:e.key,isNew:!1})}>Another class <kbd aria-hidden="true">E</kbd></button>`}
    ${!o&&l}
  </div>`}function Cr({answer:e}){return e.neighbors.length===0?null:a`<section aria-label="Nearest pictures">
    <h3>Nearest pictures</h3>
    <ol class="neighbors">
      ${e.neighbors.slice(0,vr).map(t=>a`<li key=${t.id}>
        <${F} id=${t.id} label=${"Picture "+t.id} />
        <${w} of=${t.class} />
        <small title=${"similarity "+t.similarity.toFixed(4)}>${t.similarity.toFixed(3)}</small>
      </li>`)}
    </ol>
  </section>`}function hn({one:e}){let[t,n]=$(!1);return a`<span class="preview">
    ${t?a`<span class="no-picture">no preview</span>`:a`<img src=${e.preview} alt=${"The picture "+e.file.name} decoding="async" onLoad=${fn}
                 onError=${()=>n(!0)} />`}
  </span>`}function Sr({one:e}){let t=e.added;return a`<article class="card settled" aria-label=${e.file.name}>
    <${hn} one=${e} />
    <p>${t.isNew?"Added to ":"Was already in "}<${w} of=${t.class} />
      ${t.elsewhere&&t.elsewhere!==t.class&&a`<small class="warning">The same picture is also in <${w} of=${t.elsewhere} />.</small>`}</p>
    ${t.isNew&&a`<button type="button" onClick=${()=>{wt(e.key)}}>Undo</button>`}
    <button type="button" class="plain icon" aria-label="Put aside" onClick=${()=>Ne(e.key)}>×</button>
  </article>`}function Pr({one:e}){let t=e.answer;return a`<article class="card row" aria-label=${e.file.name}>
    <button type="button" class="open" onClick=${()=>Z.set(e.key)}>
      <${hn} one=${e} />
      ${t?a`<span class=${"verdict "+pn(t)}>${Hs(t)}</span>`:a`<span class="quiet">${e.state==="failed"?"No answer":"Looking…"}</span>`}
      ${e.learned&&a`<span class="badge">known now</span>`}
      <span class="spring"></span>
      ${t&&t.class!==null&&t.decision!=="unknown"&&a`<small>${L(t.confidence)}</small>`}
    </button>
    <button type="button" class="plain icon" aria-label="Put aside" onClick=${()=>Ne(e.key)}>×</button>
  </article>`}function qs({one:e}){let t=x(Z)===e.key,n=N(null);if(S(()=>{if(!t||e.state==="settled")return;let o=n.current.getBoundingClientRect();document.activeElement===document.body&&n.current.focus({preventScroll:!0}),(o.top<64||o.top>innerHeight*.6)&&n.current.scrollIntoView({block:"start"})},[t]),e.state==="settled")return a`<${Sr} one=${e} />`;if(!t)return a`<${Pr} one=${e} />`;let s=e.answer;return a`<article class="card active" ref=${n} tabindex="-1" aria-label=${e.file.name} aria-current="true">
    <div class="asked">
      <${hn} one=${e} />
      <p class="file" title=${e.file.name}><bdi>${e.file.name}</bdi></p>
    </div>
    <div class="told">
      <button type="button" class="plain icon aside" aria-label="Put this picture aside" title="Put aside (X)"
        onClick=${()=>Ne(e.key)}>×</button>
      ${!s&&e.state!=="failed"&&a`<div class="thinking"><h2>Looking…</h2></div>`}
      ${e.state==="failed"&&a`<div class="failed">
        <h2>No answer</h2><p role="alert">${e.trouble}</p>
        <div class="actions"><button type="button" onClick=${()=>Es(e.key)}>Try again</button></div>
      </div>`}
      ${s&&e.state!=="failed"&&a`
        <div class=${"verdict "+pn(s)}>
          <h2>${Hs(s)}</h2>
          ${e.learned&&a`<span class="badge">known now, by what was added since</span>`}
          <p>${kr(s)}</p>
        </div>
        <${xr} one=${e} answer=${s} />
        <${Cr} answer=${s} />
        <${Os} answer=${s} />
        <${Us} answer=${s} />`}
    </div>
  </article>`}var bn=P(()=>{});function gn(e){let t=[...e??[]],n=t.filter(s=>s.type.startsWith("image/")||s.type==="");n.length<t.length&&_e("Only pictures can be asked about."),$t(n)}function Tr({compact:e}){let t=N(null),n=N(null),s=x(G);S(()=>bn.set(()=>t.current?.click()),[]);let o=r=>{let i=r.currentTarget;gn(i.files),i.value=""};return a`<section class=${"inlet"+(e?" compact":"")} aria-label="Ask about pictures">
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
  </section>`}function Mr(){let e=x(H),[t,n]=$(!1),s=e.filter(l=>l.state!=="settled"),o=s.filter(l=>l.state==="answered"&&l.answer?.decision==="known"),r=e.length-s.length;S(()=>{s.length<2&&n(!1)},[s.length]);let i=async l=>{n(!1);for(let c of gt())await de(c.key,l)};return a`<div class="together">
    <p class="quiet">${s.length>0?v(s.length,"picture")+" waiting":"All answered"}${r>0?` · ${k(r)} done`:""}</p>
    ${!t&&o.length>1&&a`<button type="button" onClick=${()=>o.forEach(l=>{de(l.key,l.answer.class)})}>
      Add the ${k(o.length)} known ones</button>`}
    ${!t&&s.length>1&&a`<button type="button" onClick=${()=>n(!0)}>All are one class…</button>`}
    ${r>0&&a`<button type="button" class="plain" onClick=${Ls}>Clear done</button>`}
    ${t&&a`<${J} label=${`Class of all ${s.length} pictures`} action="Add all"
      onChoose=${l=>{i(l)}} onCancel=${()=>n(!1)} />`}
  </div>`}function js(){let e=x(H),t=x(Ae);return a`<div class="ask">
    <h1 class="unseen">Ask</h1>
    <${Tr} compact=${e.length>0} />
    ${e.length>0&&a`<${Mr} />`}
    <p class="unseen" role="status" aria-live="polite">${t}</p>
    <div class="cards">${e.map(n=>a`<${qs} key=${n.key} one=${n} />`)}</div>
  </div>`}var Er=250;function z(e,t="",n=O){let[s,o]=$({data:null,trouble:"",key:t});return S(()=>{let r=new AbortController,i=!1,l=!1,c=async()=>{if(l=!0,!i){for(i=!0;l&&!r.signal.aborted;){l=!1;let u=performance.now();try{let m=await e(r.signal);r.signal.aborted||o({data:m,trouble:"",key:t})}catch(m){r.signal.aborted||o(p=>({data:p.key===t?p.data:null,trouble:m.message,key:t}))}await new Promise(m=>setTimeout(m,Math.max(Er,performance.now()-u)))}i=!1}},f=n.subscribe(()=>{c()});return c(),()=>{r.abort(),f()}},[t,n]),s.key===t?s:{data:null,trouble:""}}async function He(e,t,n,s=100){let o=[],r=0;for(;;){let i=await e(r,Math.min(s,n-o.length));if(o.push(...t(i)),i.next===void 0||i.next===null)return{list:o,page:i,hasMore:!1};if(o.length>=n)return{list:o,page:i,hasMore:!0};r=i.next}}var Ge=P({});function yt(e){S(()=>(Ge.set(e),()=>{Ge.get()===e&&Ge.set({})}))}var _n=["unknowns","labels","duplicates","confused"],$n="#/class/",Ws="#/review/",oe=e=>$n+encodeURIComponent(e),kt=e=>Ws+e;function Bs(){let e=location.hash;if(e==="#/classes")return{page:"classes"};if(e==="#/map")return{page:"map"};if(e==="#/measures")return{page:"measures"};if(e.startsWith("#/review"))return{page:"review",part:_n.find(t=>e===Ws+t)??"unknowns"};if(e.startsWith($n))try{return{page:"class",name:decodeURIComponent(e.slice($n.length))}}catch{return{page:"classes"}}return{page:"ask"}}var ke=P(Bs());addEventListener("hashchange",()=>ke.set(Bs()));function re(e){location.hash=e}var Js="simdb-keys",Le=P(!1),xt=P(localStorage.getItem(Js)!=="off");function zs(e){localStorage.setItem(Js,e?"on":"off"),xt.set(e)}var Ar=e=>e instanceof HTMLElement&&e.closest("input:not([type=checkbox]), textarea, select, dialog")!==null,Nr=e=>e instanceof HTMLElement&&e.closest("button, a, summary, input, label")!==null;function Lr(){let e=Ns();!ys(e?.added.at??0)&&e&&wt(e.key)}function Dr(e){let t=ue(Z.get());if(ke.get().page!=="ask"||!t||t.state==="settled")return!1;if(e==="Enter")Fs(t.key);else if(e==="x")Ne(t.key);else if(e==="e"&&t.answer)ye.set({key:t.key,isNew:!1});else if(e==="n"&&t.answer)ye.set({key:t.key,isNew:!0});else return!1;return!0}var Ks={1:"#/",2:"#/classes",3:"#/review",4:"#/map",5:"#/measures"};function Ir(e){let t=Ge.get()[e];if(t)t();else if(e==="?")Le.set(!0);else if(Ks[e])re(Ks[e]);else if(e==="u")Lr();else if(e==="j")rn(1);else if(e==="k")rn(-1);else if(e==="o"&&ke.get().page==="ask")bn.get()();else if(e==="/")ke.get().page!=="classes"&&re("#/classes"),setTimeout(()=>document.getElementById("class-filter")?.focus(),50);else return Dr(e);return!0}function Vs(){addEventListener("keydown",e=>{if(!xt.get()||e.ctrlKey||e.metaKey||e.altKey||e.isComposing||e.defaultPrevented||Ar(e.target)||Le.get()||e.key==="Enter"&&(Nr(e.target)||e.repeat))return;let t=e.key.length===1?e.key.toLowerCase():e.key;Ir(t)&&e.preventDefault()})}function ie(e){let t=N(null);return S(()=>{let n=document.activeElement;return t.current.showModal(),()=>n?.focus()},[]),a`<dialog ref=${t} aria-labelledby="dialog-title" onClose=${e.onClose}
      onClick=${n=>{n.target===t.current&&t.current.close()}}>
    <div class="dialog">
      <h2 id="dialog-title">${e.title}</h2>
      ${e.children}
    </div>
  </dialog>`}var Gs=1e5,ae=P(new Set);function wn(e,t){let n=new Set(ae.get());for(let s of e)t?n.add(s):n.delete(s);ae.set(n)}async function vn(e,t){for(let n=0;n<e.length;n+=Gs)await t(e.slice(n,n+Gs))}function De(e){wn(e,!0),Oe(`Deleting ${v(e.length,"picture")} in ${Ee} seconds`,async()=>{try{await vn(e,ds)}catch(t){throw wn(e,!1),t}},()=>wn(e,!1))}async function Rr(e){let t=new Map;for(let n of e){let s=t.get(n.class);s?s.push(n.id):t.set(n.class,[n.id])}for(let[n,s]of t)await vn(s,o=>Ve(o,n))}var yn=(e,t,n)=>B(async()=>{await vn(e.map(s=>s.id),s=>Ve(s,t)),se(a`Moved ${v(e.length,"picture")} to <${w} of=${t} />`,async()=>{await Rr(e),n?.()})});function Ct({items:e,without:t,onDone:n}){let[s,o]=$(!1);return a`<div class="selection" role="region" aria-label="Selected pictures">
    <p role="status">${k(e.length)} selected</p>
    <button type="button" class="main" onClick=${()=>o(!0)}>Move…</button>
    <button type="button" class="danger" onClick=${()=>{n(),De(e.map(r=>r.id))}}>Delete</button>
    <button type="button" class="plain" onClick=${n}>Clear</button>
    ${s&&a`<${ie} title=${`Move ${v(e.length,"picture")}`} onClose=${()=>o(!1)}>
      <${J} label="To class" action="Move" without=${t} onCancel=${()=>o(!1)}
        onChoose=${r=>{n(),yn(e,r)}} />
    <//>`}
  </div>`}var St=100,Xs=1e3,Qs=1e4;async function Or(e){let t=[];for(let n=0;n!==null;){let s=await be(e,Xs,n);t.push(...s.items.map(o=>o.id)),n=s.next}return t}async function Ys(e,t,n){let s=n<=Qs?await Or(e):[];await ut(e,t,!0),se(a`Merged <${w} of=${e} /> into <${w} of=${t} />`,s.length>0?()=>Ve(s,e):void 0),re(oe(t))}function kn(e,t){let n=new Set(Fe.get());t?n.add(e):n.delete(e),Fe.set(n)}function Ur(e,t){kn(e,!0),re("#/classes"),Oe(a`Deleting <${w} of=${e} /> and its ${v(t,"picture")} in ${Ee} seconds`,async()=>{try{await ms(e)}finally{kn(e,!1)}},()=>kn(e,!1))}function Fr({name:e,size:t,onClose:n}){let[s,o]=$(e),[r,i]=$(""),[l,c]=$(null),f=N(null);S(()=>f.current.select(),[]);let u=async m=>{m.preventDefault();let p=s.trim();if(p===e)return n();try{await ut(e,p),se(a`Renamed to <${w} of=${p} />`,async()=>{await ut(p,e),re(oe(e))}),n(),re(oe(p))}catch(d){d instanceof W&&d.status===409?c(p):i(d.message)}};return l!==null?a`<${ie} title="Merge the two?" onClose=${n}>
      <p>There is a class <${w} of=${l} /> already. Merged, the ${v(t,"picture")} of
        ${" "}<${w} of=${e} /> belong to it.</p>
      <div class="actions">
        <button type="button" class="main" onClick=${()=>{n(),B(()=>Ys(e,l,t))}}>Merge</button>
        <button type="button" onClick=${()=>c(null)}>Back</button>
      </div>
    <//>`:a`<${ie} title="Rename the class" onClose=${n}>
    <form onSubmit=${u}>
      <label for="new-name">Name</label>
      <input id="new-name" ref=${f} type="text" value=${s} autocomplete="off" spellcheck=${!1} maxlength="1024"
        aria-describedby="rename-trouble" onInput=${m=>o(m.currentTarget.value)} />
      <p id="rename-trouble" class="trouble" role="alert">${r}</p>
      <div class="actions">
        <button type="submit" class="main" disabled=${s.trim()===""}>Rename</button>
        <button type="button" onClick=${n}>Cancel</button>
      </div>
    </form>
  <//>`}function Hr({name:e,size:t,onClose:n}){return a`<${ie} title="Merge into another class" onClose=${n}>
    <p class="quiet">All ${v(t,"picture")} of <${w} of=${e} /> move there.
      ${t>Qs&&" So many pictures can’t be taken back."}</p>
    <${J} label="Class" action="Merge" allowNew=${!1} without=${e} onCancel=${n}
      onChoose=${s=>{n(),B(()=>Ys(e,s,t))}} />
  <//>`}function qr(e){let[t,n]=$(null),[s,o]=$(null),r=x(O),i=N(St);return S(()=>{n(null),i.current=St},[e]),S(()=>{let c=!1;return(async()=>{let u=[],m=0;for(;m!==null&&u.length<i.current;){let p=await be(e,Math.min(Xs,i.current-u.length),m);u.push(...p.items),m=p.next}c||(n(u),o(m))})().catch(()=>{}),()=>{c=!0}},[e,r]),{items:t,next:s,more:async()=>{let c=await be(e,St,s);i.current+=St,n([...t??[],...c.items]),o(c.next)}}}function Zs({name:e}){let t=x(G),{items:n,next:s,more:o}=qr(e),[r,i]=$(new Set),[l,c]=$(null);S(()=>i(new Set),[e]);let f=x(Fe).has(e),u=x(ae),m=t?.find(y=>y.class===e)?.items??n?.length??0,p=(n??[]).filter(y=>!u.has(y.id)),d=p.filter(y=>r.has(y.id)),h=y=>{let g=new Set(r);g.delete(y)||g.add(y),i(g)};return a`<div class="class-page">
    <a class="back" href="#/classes">‹ Classes</a>
    <header class="page-head">
      <div>
        <h1><${w} of=${e} /></h1>
        <p class="quiet" role="status">${f?"Being deleted":v(m,"picture")}</p>
      </div>
      ${n!==null&&n.length>0&&!f&&a`<div class="actions">
        <button type="button" onClick=${()=>c("rename")}>Rename</button>
        <button type="button" onClick=${()=>c("merge")}>Merge…</button>
        <button type="button" class="danger" onClick=${()=>Ur(e,m)}>Delete</button>
      </div>`}
    </header>
    ${n?.length===0&&a`<div class="empty"><h2>No pictures here</h2>
      <p class="quiet">There is no class of this name. It may have been renamed or deleted.</p>
      <a class="button main" href="#/classes">All classes</a></div>`}
    <ul class="items" aria-label=${"Pictures of "+j(e)}>
      ${p.map(y=>a`<li key=${y.id}>
        <label class="item">
          <input type="checkbox" checked=${r.has(y.id)} onChange=${()=>h(y.id)}
            aria-label=${"Picture "+y.id} />
          <${F} id=${y.id} label="" />
        </label>
      </li>`)}
    </ul>
    ${s!==null&&a`<button type="button" class="more" onClick=${()=>{B(o)}}>
      Show more of ${k(m)}</button>`}
    ${d.length>0&&a`<${Ct} items=${d} without=${e} onDone=${()=>i(new Set)} />`}
    ${l==="rename"&&a`<${Fr} name=${e} size=${m} onClose=${()=>c(null)} />`}
    ${l==="merge"&&a`<${Hr} name=${e} size=${m} onClose=${()=>c(null)} />`}
  </div>`}var eo=4,to=60;function jr({one:e}){let[t,n]=$([]),s=x(Fe).has(e.class);return S(()=>{let o=!1;return be(e.class,eo).then(r=>{o||n(r.items)},()=>{}),()=>{o=!0}},[e.class,e.items]),a`<li class=${"tile"+(s?" leaving":"")}>
    <a href=${oe(e.class)}>
      <span class="mosaic" aria-hidden="true">
        ${Array.from({length:eo},(o,r)=>t[r]?a`<${F} key=${t[r].id} id=${t[r].id} label="" />`:a`<span class="thumbnail" key=${"-"+r}></span>`)}
      </span>
      <span class="tile-text"><${w} of=${e.class} /><small>${s?"being deleted":a`${k(e.items)}<span class="unseen"> pictures</span>`}</small></span>
    </a>
  </li>`}function no(){let e=x(G),[t,n]=$(""),[s,o]=$(to),r=t.trim().toLocaleLowerCase(),i=(e??[]).filter(c=>c.class.toLocaleLowerCase().includes(r)),l=(e??[]).reduce((c,f)=>c+f.items,0);return a`<div class="classes">
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
    <ul class="tiles">${i.slice(0,s).map(c=>a`<${jr} key=${c.class} one=${c} />`)}</ul>
    ${i.length>s&&a`<button type="button" class="more" onClick=${()=>o(s+to)}>
      Show more of ${k(i.length)}</button>`}
  </div>`}var xn=200,Wr=16;function so({data:e,colors:t,hidden:n,onChange:s}){let[o,r]=$(""),i=Te(()=>{let u=new Array(e.names.length).fill(0);for(let m of e.classes)++u[m];return u},[e]),l=o.trim().toLocaleLowerCase(),c=e.names.map((u,m)=>({name:u,index:m})).filter(({name:u})=>u.toLocaleLowerCase().includes(l)),f=(u,m)=>{let p=new Set(n);for(let d of u)m?p.delete(d):p.add(d);s(p)};return a`<section class="legend" aria-label="Classes on the map">
    <div class="actions">
      <button type="button" class="plain" onClick=${()=>f(c.map(u=>u.name),!0)}>Show all</button>
      <button type="button" class="plain" onClick=${()=>f(c.map(u=>u.name),!1)}>Hide all</button>
    </div>
    ${e.names.length>Wr&&a`<input type="search" placeholder="Find a class" aria-label="Find a class on the map" value=${o}
      onInput=${u=>r(u.currentTarget.value)} />`}
    <ul>${c.slice(0,xn).map(({name:u,index:m})=>a`<li key=${u}>
      <button type="button" aria-pressed=${!n.has(u)} onClick=${()=>f([u],n.has(u))}>
        <i aria-hidden="true" style=${{background:t[m]}}></i><${w} of=${u} /><small>${k(i[m])}</small>
      </button></li>`)}</ul>
    ${c.length>xn&&a`<p class="quiet">${k(xn)} of ${k(c.length)}: find the others by name.</p>`}
  </section>`}function Br(e){let t=new DataView(e).getUint32(0,!0),n=JSON.parse(new TextDecoder().decode(new Uint8Array(e,4,t))),s=4+t,o=Array.from(new BigUint64Array(e,s,n.items),Number);s+=8*n.items;let r=new Float32Array(e,s,n.items*n.dims);s+=4*r.length;let i=r;return n.dims!==3&&(i=new Float32Array(3*n.items),r.forEach((l,c)=>{i[3*Math.floor(c/n.dims)+c%n.dims]=l})),{of:n.of,variance:n.variance,names:n.classes,ids:o,positions:i,classes:new Uint32Array(e,s,n.items)}}var oo=async e=>Br(await(await R("/v1/map?dims=3",{signal:e})).arrayBuffer());var X=50,Kr=500;function qe(e,t){let[n,s]=$({key:"",index:0}),o=e.findIndex(m=>t(m)===n.key),r=o>=0?o:Math.max(0,Math.min(n.index,e.length-1)),i=e[r],l=i===void 0?"":t(i),c=N(0);S(()=>{c.current=performance.now(),s({key:l,index:r})},[l]);let f=m=>{m!==void 0&&s({key:t(m),index:e.indexOf(m)})};return{current:i,choose:f,act:m=>()=>{i!==void 0&&performance.now()-c.current>=Kr&&m(i)},step:m=>f(e[Math.max(0,Math.min(e.length-1,r+m))])}}function je({label:e,isCurrent:t,onChoose:n,kind:s,children:o}){let r=N(null),i=N(!1);return S(()=>{let l=!i.current;if(i.current=!0,!t)return;document.activeElement===document.body&&!l&&r.current.focus({preventScroll:!0});let c=r.current.getBoundingClientRect();!l&&(c.top<70||c.bottom>innerHeight-20)&&r.current.scrollIntoView({block:"center"})},[t]),a`<article class=${"entry"+(t?" active":"")+(s?" "+s:"")} ref=${r} tabindex="-1" aria-label=${e}
    aria-current=${t?"true":void 0} onFocusIn=${n} onPointerDown=${n}>${o}</article>`}function We(e,t){yt({j:()=>e(1),k:()=>e(-1),...t})}function Q({of:e,isEmpty:t,title:n,text:s}){return e.data===null&&e.trouble?a`<p class="empty trouble" role="alert">${e.trouble}</p>`:e.data===null?a`<p class="empty quiet" role="status">Looking…</p>`:t?a`<div class="empty"><h2>${n}</h2><p class="quiet">${s}</p></div>`:null}var xe=({isThere:e,total:t,onMore:n})=>e&&a`<button type="button" class="more" onClick=${n}>Show more of ${v(t,"entry","entries")}</button>`;var Cn=60,Jr=4,Sn=matchMedia("(prefers-color-scheme: dark)"),Pn=P(Sn.matches);Sn.addEventListener("change",()=>Pn.set(Sn.matches));var zr="/map.js",Vr=async()=>(await import(zr)).Cloud;function Gr(){try{return document.createElement("canvas").getContext("webgl2")!==null}catch{return!1}}var Ie=P(null);function Xr({data:e,width:t}){let n=x(Ie),s=n&&e.ids[n.index];if(!n||s==null)return null;let o=n.x>t-200;return a`<div class="hover" style=${{left:n.x+(o?-14:14)+"px",top:n.y+"px",transform:`translate(${o?"-100%":"0"}, -50%)`}}>
    <${F} id=${s} label="" /><${w} of=${e.names[e.classes[n.index]]} /><small class="quiet">picture ${s}</small>
  </div>`}function Qr({items:e,onDrop:t}){let n=new Map;for(let o of e)n.set(o.class,(n.get(o.class)??0)+1);let s=[...n].sort((o,r)=>r[1]-o[1]);return a`<section class="selected" aria-label="What is selected">
    <h2>${v(e.length,"picture")} selected</h2>
    <p class="quiet">${s.slice(0,6).map(([o,r],i)=>a`${i>0?", ":""}${k(r)} of <${w} of=${o} />`)}${s.length>6&&` and ${k(s.length-6)} more classes`}</p>
    <ul class="items">${e.slice(0,Cn).map(o=>a`<li key=${o.id}>
      <button type="button" class="pick" aria-label=${`Picture ${o.id}: deselect`} title="Deselect" onClick=${()=>t(o.id)}>
        <${F} id=${o.id} label="" /></button></li>`)}</ul>
    ${e.length>Cn&&a`<p class="quiet">${k(Cn)} of them are shown.</p>`}
  </section>`}function Yr({data:e,drawn:t,isFlat:n,isLasso:s,onSelect:o,onTrouble:r}){let i=N(null),l=N(null),c=N(null),f=N(null),u=N(null),[m,p]=$(!1),d=x(Pn);S(()=>{let C=!1;return Vr().then(M=>{C||(c.current=new M(i.current),p(!0))}).catch(M=>{C||r("The map can’t be drawn: "+M.message)}),()=>{C=!0,Ie.set(null),c.current?.close(),c.current=null}},[]),S(()=>{m&&c.current.setFlat(n)},[m,n]),S(()=>{m&&(Ie.set(null),c.current.set(t))},[m,t]),S(()=>{if(!m)return;let C=getComputedStyle(document.documentElement);c.current.theme(C.getPropertyValue("--panel").trim(),C.getPropertyValue("--ink").trim())},[m,d]);let h=C=>{let M=i.current.getBoundingClientRect();return[C.clientX-M.left,C.clientY-M.top]},y=C=>{let M=c.current?.at(...C)??-1;Ie.set(M<0?null:{index:M,x:C[0],y:C[1]})},g=()=>l.current.setAttribute("points",(f.current??[]).map(C=>C.join(",")).join(" ")),b=C=>{u.current=h(C),Ie.set(null),!(!(s||C.shiftKey)||C.button!==0)&&(C.stopPropagation(),C.currentTarget.setPointerCapture(C.pointerId),f.current=[h(C)])},_=C=>{f.current?(f.current.push(h(C)),g()):C.buttons===0&&C.pointerType!=="touch"&&y(h(C))},T=C=>{let M=h(C);if(f.current){let K=f.current;f.current=null,g(),K.length>2&&o(c.current?.within(K)??[])}else u.current&&Math.hypot(M[0]-u.current[0],M[1]-u.current[1])<=Jr&&y(M);u.current=null},E=C=>{let M={ArrowLeft:()=>c.current?.step(-1,0),ArrowRight:()=>c.current?.step(1,0),ArrowUp:()=>c.current?.step(0,1),ArrowDown:()=>c.current?.step(0,-1),"+":()=>c.current?.zoom(1.2),"=":()=>c.current?.zoom(1.2),"-":()=>c.current?.zoom(.8333333333333334),Home:()=>c.current?.home()};C.ctrlKey||C.metaKey||C.altKey||!Object.hasOwn(M,C.key)||(C.preventDefault(),Ie.set(null),M[C.key]())};return a`<div class=${"stage"+(s?" lassoing":"")} onPointerDownCapture=${b} onPointerMove=${_} onPointerUp=${T}
      onPointerCancel=${()=>{f.current=null,g()}} onPointerLeave=${()=>Ie.set(null)}>
    <canvas ref=${i} tabindex="0" role="img" onKeyDown=${E} aria-label=${`Map of ${v(e.ids.length,"picture")}. Arrow keys turn or move it, plus and minus zoom, Home goes back to the start.`}></canvas>
    <svg class="lasso" aria-hidden="true"><polygon ref=${l} points="" /></svg>
    <${Xr} data=${e} width=${i.current?.clientWidth??0} />
  </div>`}function ro(){let e=z(oo),t=e.data,[n,s]=$(()=>Gr()?"":"This browser can’t draw the map: it has no WebGL, or it is switched off. All else on this page works without it."),[o,r]=$(!1),[i,l]=$(!1),[c,f]=$(new Set),[u,m]=$(new Set),p=x(ae),d=x(Pn);yt({l:()=>l(!i),t:()=>r(!o),Escape:()=>m(new Set)});let h=Te(()=>Ss(t?.names??[],d),[t,d]),y=Te(()=>{if(!t)return null;let _=t.ids.length,T=h.map(M=>[1,3,5].map(K=>parseInt(M.slice(K,K+2),16))),E=t.names.map(M=>c.has(M)),C={positions:t.positions,colors:new Uint8Array(3*_),shown:new Uint8Array(_)};for(let M=0;M<_;++M){let K=t.ids[M],te=t.classes[M];C.colors.set(T[te],3*M),C.shown[M]=E[te]||p.has(K)?0:u.has(K)?2:1}return C},[t,h,c,u,p]),g=Te(()=>!t||u.size===0?[]:t.ids.flatMap((_,T)=>u.has(_)&&!p.has(_)?[{id:_,class:t.names[t.classes[T]]}]:[]),[t,u,p]);if(n)return a`<div class="map"><h1>Map</h1><p class="empty" role="alert">${n}</p></div>`;let b=t?.variance??[];return a`<div class="map">
    <header class="page-head">
      <div><h1>Map</h1><p class="quiet" role="status">${t===null?"Loading…":`${t.ids.length<t.of?`${k(t.ids.length)} of `:""}${v(t.of,"picture")}`}${b.length>0&&` · ${L(b.slice(0,o?2:3).reduce((_,T)=>_+T,0))} of the variance`}</p></div>
      <div class="actions">
        <button type="button" aria-pressed=${i} onClick=${()=>l(!i)}>Lasso <kbd aria-hidden="true">L</kbd></button>
        <button type="button" aria-pressed=${o} onClick=${()=>r(!o)}>2-D <kbd aria-hidden="true">T</kbd></button>
      </div>
    </header>
    ${t===null||t.ids.length===0?a`<${Q} of=${e} isEmpty=${t!==null} title="Nothing to map yet"
      text="Pictures of the database are points here; what is alike lies together." />`:a`<div class="map-body">
      <${Yr} data=${t} drawn=${y} isFlat=${o} isLasso=${i} onTrouble=${s}
        onSelect=${_=>m(new Set(_.map(T=>t.ids[T])))} />
      <${so} data=${t} colors=${h} hidden=${c} onChange=${f} />
      <p class="quiet hint">${i?"Draw round the points to select them.":a`<span class="at-desk">Drag to ${o?"move":"turn"}, wheel to zoom, Shift and drag to select.</span>
             <span class="in-hand">Drag to ${o?"move":"turn"}, two fingers zoom, a tap shows the picture.</span>`}</p>
    </div>`}
    ${g.length>0&&a`<${Qr} items=${g} onDrop=${_=>{let T=new Set(u);T.delete(_),m(T)}} /><${Ct} items=${g} onDone=${()=>m(new Set)} />`}
  </div>`}var Pt=e=>`/v1/unknowns/${e}/image`,Tt=(e,t)=>U(`/v1/unknowns?after=${e}&limit=${t}`),io=(e,t)=>U(`/v1/unknowns/${e}/name`,{method:"POST",json:{class:t}}),ao=e=>R("/v1/unknowns/delete",{method:"POST",json:{ids:e}}),lo=(e,t)=>U(`/v1/review?after=${e}&limit=${t}`),co=e=>R("/v1/review/keep",{method:"POST",json:{ids:e}}),uo=e=>R("/v1/items/"+e,{method:"PATCH",json:{unset:["simdb.kept"]}}),mo=(e,t)=>U(`/v1/duplicates?after=${e}&limit=${t}`),Mt=e=>U("/v1/confusion",{signal:e}),fo=async()=>(await U("/v1/jobs")).jobs,po=e=>U("/v1/jobs",{method:"POST",json:{kind:e}}),ho=e=>U("/v1/jobs/"+e,{method:"DELETE"});var bo=24;function go({data:e}){let t=e.classes.map(s=>s.class),n=new Map(e.confusions.map(s=>[JSON.stringify([s.class,s.predicted]),s.items]));return a`<div class="scroll" tabindex="0" role="group" aria-label="Confusion matrix"><table class="matrix">
    <thead><tr><td>is ↓ taken for →</td>${t.map(s=>a`<th scope="col" key=${s}><${w} of=${s} /></th>`)}</tr></thead>
    <tbody>${e.classes.map(s=>a`<tr key=${s.class}>
      <th scope="row"><${w} of=${s.class} /></th>
      ${t.map(o=>{let r=o===s.class,i=r?s.right:n.get(JSON.stringify([s.class,o]))??0,l=s.items>0?i/s.items:0,c=i===0?0:r?8+42*l:18+50*Math.sqrt(l);return a`<td key=${o} title=${`${j(s.class)}, taken for ${j(o)}: ${k(i)} of ${k(s.items)} (${L(l)})`}
          style=${{background:`color-mix(in srgb, var(${r?"--accent":"--wrong"}) ${c.toFixed(0)}%, var(--sunk))`}}>${i>0?k(i):""}</td>`})}
    </tr>`)}</tbody>
  </table></div>`}function Et(e){let t=new Map;for(let{class:n,predicted:s,items:o}of e){let r=t.get(JSON.stringify([s,n]));r?r.back+=o:t.set(JSON.stringify([n,s]),{one:n,other:s,there:o,back:0})}return[...t.values()].sort((n,s)=>s.there+s.back-n.there-n.back)}var $o=3;function _o({name:e,items:t}){let[n,s]=$([]);return S(()=>{let o=!1;return be(e,$o).then(r=>{o||s(r.items)},()=>{}),()=>{o=!0}},[e,t]),a`<div class="sample">
    <span class="strip" aria-hidden="true">${Array.from({length:$o},(o,r)=>n[r]?a`<${F} key=${n[r].id} id=${n[r].id} label="" />`:a`<span class="thumbnail" key=${-r}></span>`)}</span>
    <a href=${oe(e)}><${w} of=${e} /></a>
    ${t!==void 0&&a`<small class="quiet">${v(t,"picture")}</small>`}
  </div>`}var wo=(e,t,n)=>e>0&&a`<p>${k(e)} of <${w} of=${t} /> taken for <${w} of=${n} /></p>`;function At({pairs:e,sizes:t}){return a`<ul class="pairs" aria-label="Confused classes">${e.map(n=>a`<li key=${JSON.stringify([n.one,n.other])}>
    <${_o} name=${n.one} items=${t.get(n.one)} />
    <div class="between">${wo(n.there,n.one,n.other)}${wo(n.back,n.other,n.one)}</div>
    <${_o} name=${n.other} items=${t.get(n.other)} />
  </li>`)}</ul>`}var Nt=e=>new Map(e.classes.map(t=>[t.class,t.items]));function Zr(){let[e,t]=$(new Map),n=s=>t(o=>{let r=o.get(s.kind);return r?.id===s.id&&r.state!=="running"?o:new Map(o).set(s.kind,s)});return S(()=>{let s=()=>{Y.get()==="live"&&fo().then(i=>i.sort((l,c)=>l.started.localeCompare(c.started)).forEach(n),()=>{})},o=()=>{ne.get()&&n(ne.get())};s();let r=[Y.subscribe(s),ne.subscribe(o)];return()=>r.forEach(i=>i())},[]),e}var ei=new Intl.DateTimeFormat("en-GB",{dateStyle:"medium",timeStyle:"short"});function ti({job:e}){let t=e.ended===null?"":ei.format(new Date(e.ended));if(e.state==="cancelled")return a`<p class="quiet">Stopped, ${t}.</p>`;if(e.state==="failed")return a`<p class="wrong" role="alert">Failed: ${e.error??"no reason is known"}.</p>`;if(e.kind==="verify"&&e.result){let{items:n,sound:s,problems:o}=e.result;return s===!1?a`<p class="wrong" role="alert">Damage was found: ${String(o?.[0]??"")}. “simdb verify” tells more.</p>`:a`<p class="quiet">${k(n??0)} items are sound, ${t}.</p>`}return a`<p class="quiet">Done, ${t}.</p>`}function ni({kind:e,title:t,text:n,action:s,job:o,isBusy:r}){let[i,l]=$(!1),c=o?.state==="running",f=c&&o.total?Math.min(1,o.done/o.total):null,u=async()=>{l(!0),await B(async()=>{let m=await po(e);ne.get()?.id!==m.id&&ne.set(m)}),l(!1)};return a`<div class="job panel" data-kind=${e}>
    <div>
      <h3>${t}</h3>
      ${c?a`<p role="status">${f===null?`Running, ${k(o.done)} done`:`${Math.floor(f*100)} %`}</p>
          <progress aria-label=${t} max="1" value=${f??void 0}></progress>`:a`<p>${n}</p>${o&&a`<${ti} job=${o} />`}`}
    </div>
    ${c?a`<button type="button" onClick=${()=>{B(()=>ho(o.id))}}>Stop</button>`:a`<button type="button" disabled=${i||r} onClick=${()=>{u()}}>${s}</button>`}
  </div>`}function vo({calibration:e}){let t=Zr(),n=[...t.values()].find(o=>o.state==="running")?.kind,s=(o,r,i,l)=>a`<${ni} key=${o} kind=${o} title=${r}
    text=${i} action=${l} job=${t.get(o)} isBusy=${n!==void 0&&n!==o} />`;return a`<div class="jobs">
    ${s("calibrate","Calibration",e,"Calibrate")}
    ${s("verify","Storage","Reads all that is stored and compares it with its checksums.","Verify")}
  </div>`}var[Tn,Lt,Mn,ko,si,yo]=[460,320,46,14,14,42],ee=e=>Mn+e*(Tn-Mn-ko),le=e=>Lt-yo-e*(Lt-si-yo);function xo({bins:e}){let t=e.filter(o=>o.items>0),n=Math.max(1,...t.map(o=>o.items)),s=(Tn-Mn-ko)/Math.max(10,e.length)-3;return a`<svg class="plot" viewBox=${`0 0 ${Tn} ${Lt}`} role="img" aria-label=${"Reliability: "+t.map(o=>`of ${v(o.items,"answer")} of confidence ${L(o.confidence)}, ${L(o.accuracy)} right`).join("; ")}>
    ${[0,.25,.5,.75,1].map(o=>a`<g key=${o}>
      <line class="grid" x1=${ee(0)} x2=${ee(1)} y1=${le(o)} y2=${le(o)} />
      <text x=${ee(0)-8} y=${le(o)+4} text-anchor="end">${o*100} %</text>
      <text x=${ee(o)} y=${le(0)+18} text-anchor=${o===1?"end":"middle"}>${o*100} %</text>
    </g>`)}
    ${t.map(o=>a`<rect key=${o.confidence} class="bar" width=${s} y=${le(o.accuracy)}
      x=${Math.min(ee(1)-s,Math.max(ee(0),ee(o.confidence)-s/2))} height=${Math.max(1,le(0)-le(o.accuracy))}
      fill-opacity=${.25+.75*Math.sqrt(o.items/n)}>
      <title>${`${v(o.items,"answer")}: mean confidence ${L(o.confidence)}, ${L(o.accuracy)} right`}</title>
    </rect>`)}
    <line class="ideal" x1=${ee(0)} y1=${le(0)} x2=${ee(1)} y2=${le(1)} />
    <text x=${ee(.5)} y=${Lt-6} text-anchor="middle">confidence</text>
    <text x=${ee(0)+4} y=${le(1)+14}>right</text>
  </svg>`}var Co=20,It=P(0),So=()=>It.set(It.get()+1);O.subscribe(So);ne.subscribe(()=>{ne.get()?.state!=="running"&&So()});var oi=async()=>(await U("/v1/stats")).calibration??null,me=e=>(e*100).toFixed(e>.9995||e===0?0:1)+" %",Dt=({name:e,value:t,text:n})=>a`<div><dt>${e}</dt><dd>${t}<small>${n}</small></dd></div>`;function ri({data:e}){let t=e.confusions.reduce((n,s)=>n+s.items,0);return a`<dl class="figures">
    <${Dt} name="Accuracy" value=${me(e.accuracy)} text=${`${k(t)} of ${v(e.items,"picture")} taken for another class`} />
    <${Dt} name="Balanced accuracy" value=${me(e.balanced_accuracy)} text="the mean over classes, small ones count as much" />
    <${Dt} name="Calibration error" value=${me(e.calibration_error)} text="how far confidence and truth lie apart" />
    ${e.unknown&&a`<${Dt} name="Called unknown" value=${me(e.unknown.rejected)}
      text=${`of the database’s own pictures; at most ${me(e.unknown.alpha)} are promised`} />`}
  </dl>`}function ii(e,t){if(!t)return"Looking…";if(!e)return"Not calibrated: what is new isn’t noticed. Calibrating measures how alike pictures of a class are.";let{classes:n,foreign_accepted:s}=e,o=Object.values(n).reduce((r,i)=>r+i,0);return a`${k(o-n.uncalibrated)} of ${v(o,"class","classes")} calibrated; at most ${me(e.alpha)} of known pictures
    are called unknown.${s&&` Of pictures of other classes, ${me(s.share)} would be taken for known (${me(s.low)} to ${me(s.high)}).`}`}function Po(){let e=z(Mt,"",It),t=z(async()=>({held:await oi()}),"",It),n=e.data,s=n!==null&&n.classes.length<=bo,o=n&&!s?Et(n.confusions):[],r=n!==null&&n.items===0;return a`<div class="measures">
    <header class="page-head"><div><h1>Measures</h1>
      ${n&&!r&&a`<p class="quiet" role="status">Each picture read by all others${n.items<n.of?`: ${k(n.items)} of ${k(n.of)}, drawn by chance`:""}</p>`}
    </div></header>
    <${Q} of=${e} isEmpty=${r} title="Nothing to measure yet" text="With two classes of a few pictures each there is." />
    ${n&&!r&&a`<${ri} data=${n} />
      <section aria-labelledby="confusion-title">
        <h2 id="confusion-title">${s?"Confusion matrix":"Most confused classes"}</h2>
        ${s?a`<div class="panel"><${go} data=${n} /></div>`:o.length===0?a`<p class="quiet">No two classes are mixed up.</p>`:a`<${At} pairs=${o.slice(0,Co)} sizes=${Nt(n)} />
            ${o.length>Co&&a`<p><a href=${kt("confused")}>All ${k(o.length)} pairs</a></p>`}`}
      </section>
      <section aria-labelledby="reliability-title">
        <h2 id="reliability-title">Reliability of confidences</h2>
        <p class="quiet">On the dashed line, answers of 80 % confidence are right in 80 % of the cases. The stronger a bar, the more answers.</p>
        <div class="panel"><${xo} bins=${n.reliability} /></div>
      </section>`}
    <section aria-labelledby="jobs-title">
      <h2 id="jobs-title">Maintenance</h2>
      <${vo} calibration=${ii(t.data?.held??null,t.data!==null)} />
    </section>
  </div>`}var En=12,ai={file:"the same file",pixels:"the same pixels",near:"nearly the same"},Mo={file:"The same file",pixels:"The same pixels",near:"Nearly the same picture"},To=e=>e.items.map(t=>t.id).join(" ");function li({group:e}){let t=x(ae),n=e.items.filter(o=>!t.has(o.id)),s=new Set(e.items.map(o=>o.class)).size;return a`
    <h2>${Mo[e.same]} ${e.conflict?a`<span class="badge wrong">in ${v(s,"class","classes")}</span>`:a`<small class="quiet">twice in one class</small>`}</h2>
    <ul class="side">${e.items.slice(0,En).map((o,r)=>a`<li key=${o.id} class=${t.has(o.id)?"leaving":""}>
      <${F} id=${o.id} label=${"Picture "+o.id} />
      <a href=${oe(o.class)}><${w} of=${o.class} /></a>
      <small class="quiet">${o.id}${r>0?`, ${ai[o.same]}`+(o.same==="near"?` (${(o.look??o.similarity).toFixed(4)})`:""):""}</small>
      ${o.source&&a`<small class="quiet source" title=${Ue(o.source)}><bdi>${Ue(o.source).split("/").pop()}</bdi></small>`}
      <div class="actions">${t.has(o.id)?a`<span class="quiet">being deleted</span>`:a`
        <button type="button" class="danger" disabled=${n.length<2} aria-label=${`Delete picture ${o.id}`}
          onClick=${()=>De([o.id])}>Delete</button>
        ${n.length>1&&a`<button type="button" class="plain" aria-label=${`Keep only this: picture ${o.id}`}
          onClick=${()=>De(n.filter(i=>i.id!==o.id).map(i=>i.id))}>Keep only this</button>`}`}
      </div>
    </li>`)}</ul>
    ${e.items.length>En&&a`<p class="quiet">and ${v(e.items.length-En,"more picture")}</p>`}`}function Eo(){let[e,t]=$(X),n=z(()=>He(mo,c=>c.groups,e),String(e)),s=n.data?.list??[],{current:o,choose:r,step:i}=qe(s,To);We(i,{});let l=n.data?.page;return a`
    ${l&&l.total>0&&a`<p class="quiet lead">${v(l.items,"picture")} in ${v(l.total,"group")},
      ${" "+v(l.conflicts,"group")} in several classes.${l.look_threshold!==null&&` Nearly the same: from a similarity of ${l.look_threshold.toFixed(4)}.`}</p>`}
    <${Q} of=${n} isEmpty=${s.length===0} title="No picture is there twice"
      text="The same file, the same pixels and nearly the same picture would be listed here." />
    <div class="entries">${s.map(c=>a`<${je} key=${To(c)} kind="group" isCurrent=${c===o}
      onChoose=${()=>r(c)} label=${`${Mo[c.same]}, ${v(c.items.length,"picture")}`}>
      <${li} group=${c} />
    <//>`)}</div>
    <${xe} isThere=${n.data?.hasMore??!1} total=${l?.total??0} onMore=${()=>t(e+X)} />`}var ci=8,An=5,Nn=P(new Set),Rt=e=>`${e.id} ${e.class} ${e.other}`;function Be(e,t){let n=new Set(Nn.get());t?n.add(Rt(e)):n.delete(Rt(e)),Nn.set(n)}async function Ln(e,t){Be(e,!0),await yn([e],t,()=>Be(e,!1))||Be(e,!1)}async function Ao(e){if(Be(e,!0),!await B(()=>co([e.id])))return Be(e,!1);se(a`Picture ${e.id} stays in <${w} of=${e.class} />`,async()=>{await uo(e.id),Be(e,!1)})}function ui({one:e,asking:t,onAsk:n}){let{other:s}=e;return a`<span class="item"><${F} id=${e.id} label=${`Picture ${e.id}, given ${j(e.class)}`} /></span>
    <div class="said">
      <h2><${w} of=${e.class} />${s!==null&&a`<span class="arrow" aria-label="or rather">→</span><${w} of=${s} />`}</h2>
      <p class="quiet">${e.same_file.length>0&&"The same file is in another class. "}
        ${s!==null&&a`${L(e.other_share)} of the vote for <${w} of=${s} />, ${L(e.own_share)} for the
          class it has${e.sure?".":": not sure."}`}</p>
      ${t?a`<${J} label="Which class is it?" action="Move" without=${e.class} first=${s===null?[]:[s]}
        onChoose=${o=>{Ln(e,o)}} onCancel=${()=>n(!1)} />`:a`<div class="actions">
        ${s!==null&&a`<button type="button" class="main" onClick=${()=>{Ln(e,s)}}>
          <span>Move to</span> <${w} of=${s} /> <kbd aria-hidden="true">Enter</kbd></button>`}
        <button type="button" onClick=${()=>{Ao(e)}}>The label is right <kbd aria-hidden="true">L</kbd></button>
        <button type="button" onClick=${()=>n(!0)}>Another class <kbd aria-hidden="true">E</kbd></button>
        <button type="button" class="danger" onClick=${()=>De([e.id])}>Delete <kbd aria-hidden="true">D</kbd></button>
      </div>`}
      <ol class="neighbors" aria-label="Nearest pictures">
        ${e.same_file.slice(0,2).map(o=>a`<li key=${"same"+o}><${F} id=${o} label=${"Picture "+o} />
          <span>the same file</span><small>picture ${o}</small></li>`)}
        ${e.neighbors.slice(0,ci-Math.min(2,e.same_file.length)).map(o=>a`<li key=${o.id} class=${o.class===e.class?"own":""}>
          <${F} id=${o.id} label=${"Picture "+o.id} /><${w} of=${o.class} />
          <small>${o.similarity.toFixed(3)}</small></li>`)}
      </ol>
    </div>`}function No(){let[e,t]=$(X),n=z(()=>He(lo,h=>h.items,e),String(e)),[s,o]=$(null),r=x(ae),i=x(Nn),l=(n.data?.list??[]).filter(h=>!r.has(h.id)&&!i.has(Rt(h))),{current:c,choose:f,act:u,step:m}=qe(l,Rt);We(m,{Enter:u(h=>{h.other!==null&&Ln(h,h.other)}),l:u(h=>{Ao(h)}),e:u(h=>o(h.id)),d:u(h=>De([h.id]))});let p=n.data?.page,d=p?.small_classes??[];return a`
    ${p&&a`<p class="quiet lead">${k(p.total)} of ${v(p.judged,"judged picture")} in doubt${p.kept>0?`; ${k(p.kept)} more were found right`:""}.
      ${d.length>0&&a` Not judged, for too few pictures: ${d.slice(0,An).map((h,y)=>a`${y>0?", ":""}<${w} of=${h.class} />`)}${d.length>An?` and ${k(d.length-An)} more`:""}.`}</p>`}
    <${Q} of=${n} isEmpty=${l.length===0} title="No label is in doubt"
      text="Pictures whose neighbours say another class would be listed here." />
    <div class="entries">${l.map(h=>a`<${je} key=${h.id} isCurrent=${h===c} onChoose=${()=>f(h)}
      label=${`Picture ${h.id} of ${j(h.class)}`}>
      <${ui} one=${h} asking=${s===h.id} onAsk=${y=>o(y?h.id:null)} />
    <//>`)}</div>
    <${xe} isThere=${n.data?.hasMore??!1} total=${p?.total??0} onMore=${()=>t(e+X)} />`}var Ot=P(0);for(let e of[O,ge])e.subscribe(()=>Ot.set(Ot.get()+1));var Ut=P(new Set);function Xe(e,t){let n=new Set(Ut.get());for(let s of e)t?n.add(s):n.delete(s);Ut.set(n)}async function di(){if(Y.get()==="live")try{ge.set((await Tt(0,1)).total)}catch{}}Y.subscribe(()=>{di()});async function mi(e){(await lt(e,{isKept:!0})).decision!=="unknown"&&($t([new File([e],"picture",{type:e.type})]),se("The picture is no unknown any more: it waits on the page Ask."))}async function Qe(e,t){let n=[],s=new Set;Xe(e.map(r=>r.id),!0);for(let[r,i]of e.entries())try{let l=await(await R(Pt(i.id))).blob(),c=await io(i.id,t(i));n.push({item:c.added?c.id:null,picture:l}),s.add(t(i))}catch(l){Xe(e.slice(r).map(c=>c.id),!1),_e(l);break}if(n.length===0)return;let o=s.size===1?a`<${w} of=${[...s][0]} />`:v(s.size,"class","classes");se(a`Added ${v(n.length,"picture")} to ${o}`,async()=>{for(let{item:r,picture:i}of n)r!==null&&(await ct(r),await mi(i))})}function Ft(e){let t=e.map(n=>n.id);Xe(t,!0),Oe(`Deleting ${v(t.length,"unknown picture")} in ${Ee} seconds`,async()=>{try{await ao(t)}catch(n){throw Xe(t,!1),n}},()=>Xe(t,!1))}var Ht=e=>e.answer?.decision==="known"&&e.answer.class!==null,fi=new Intl.DateTimeFormat("en-GB",{dateStyle:"medium",timeStyle:"short"});function pi(e){let{answer:t}=e;return Ht(e)?a`Would now be <${w} of=${t.class} />`:t===null?"Can’t be compared any more":t.decision==="ambiguous"?a`One of ${v(t.possible?.length??0,"class","classes")} now`:t.class===null?"Nothing to compare with":"Unknown"}function hi(e){let{one:t,isChosen:n,asking:s,onToggle:o,onAsk:r}=e,{answer:i}=t,l=i?.neighbors[0],c=Ht(t),f=i?.class??null,u=m=>{Qe([t],()=>m)};return a`<label class="item">
      <input type="checkbox" checked=${n} onChange=${o} aria-label=${"Unknown picture "+t.id} />
      <${mn} path=${Pt(t.id)} label="" />
    </label>
    <div class="said">
      <h2 class=${c?"known":""}>${pi(t)}</h2>
      <p class="quiet">${l&&a`Nearest: <${w} of=${l.class} />, similarity ${l.similarity.toFixed(2)} · `}${fi.format(new Date(t.time))}</p>
      ${s?a`<${J} label="Which class is it?" action="Add" first=${i?.ranking.map(m=>m.class)}
        onChoose=${u} onCancel=${()=>r(!1)} />`:a`<div class="actions">
        ${f!==null&&a`<button type="button" class=${c?"main":""} onClick=${()=>u(f)}>
          <span>It is</span> <${w} of=${f} />${c&&a` <kbd aria-hidden="true">Enter</kbd>`}</button>`}
        <button type="button" class=${c?"":"main"} onClick=${()=>r(!0)}>Name it <kbd aria-hidden="true">N</kbd></button>
        <button type="button" class="danger" onClick=${()=>Ft([t])}>Delete <kbd aria-hidden="true">D</kbd></button>
      </div>`}
    </div>`}function bi({list:e,onDone:t}){let[n,s]=$(!1),o=e[0].answer?.ranking.map(r=>r.class);return a`<div class="selection" role="region" aria-label="Selected pictures">
    <p role="status">${k(e.length)} selected</p>
    <button type="button" class="main" onClick=${()=>s(!0)}>Name…</button>
    <button type="button" class="danger" onClick=${()=>{t(),Ft(e)}}>Delete</button>
    <button type="button" class="plain" onClick=${t}>Clear</button>
    ${n&&a`<${ie} title=${`Name ${v(e.length,"picture")}`} onClose=${()=>s(!1)}>
      <${J} label="Class" action="Add" first=${o} onCancel=${()=>s(!1)} onChoose=${r=>{t(),Qe(e,()=>r)}} />
    <//>`}
  </div>`}function Lo(){let[e,t]=$(X),n=z(()=>He(Tt,b=>b.unknowns,e),String(e),Ot),[s,o]=$(new Set),[r,i]=$(null),l=x(Ut),c=(n.data?.list??[]).filter(b=>!l.has(b.id)),{current:f,choose:u,act:m,step:p}=qe(c,b=>`${b.id} ${b.answer?.decision} ${b.answer?.class}`);We(p,{Enter:m(b=>{Ht(b)&&Qe([b],()=>b.answer.class)}),n:m(b=>i(b.id)),e:m(b=>i(b.id)),d:m(b=>Ft([b])),x:m(b=>d(b.id))});let d=b=>{let _=new Set(s);_.delete(b)||_.add(b),o(_)},h=c.filter(b=>s.has(b.id)),y=c.filter(Ht),g=new Set(y.map(b=>b.answer.class)).size;return a`
    ${y.length>0&&a`<div class="found" role="status">
      <p>${y.length===1?"One waiting unknown would now be known.":`${k(y.length)} waiting unknowns would now be known.`}</p>
      <button type="button" onClick=${()=>{Qe(y,b=>b.answer.class)}}>
        Add ${y.length===1?"it to its class":`them to their ${g===1?"class":"classes"}`}</button>
    </div>`}
    <${Q} of=${n} isEmpty=${c.length===0} title="No unknown pictures wait"
      text="A picture that is asked about and that no class fits is kept here until someone names it." />
    <div class="entries two">${c.map(b=>a`<${je} key=${b.id} label=${"Unknown picture "+b.id}
      isCurrent=${b===f} onChoose=${()=>u(b)}>
      <${hi} one=${b} isChosen=${s.has(b.id)} asking=${r===b.id} onToggle=${()=>d(b.id)}
        onAsk=${_=>i(_?b.id:null)} />
    <//>`)}</div>
    <${xe} isThere=${n.data?.hasMore??!1} total=${n.data?.page.total??0} onMore=${()=>t(e+X)} />
    ${h.length>0&&a`<${bi} list=${h} onDone=${()=>o(new Set)} />`}`}function gi(){let e=z(Mt),[t,n]=$(X),s=e.data?Et(e.data.confusions):[];return a`
    ${e.data&&s.length>0&&a`<p class="quiet lead">Each of ${v(e.data.items,"picture")} was read by the others:
      ${" "+L(e.data.accuracy)} right. Pairs that are mixed up often look alike, hold wrong labels, or are one class.</p>`}
    <${Q} of=${e} isEmpty=${s.length===0} title="No two classes are mixed up"
      text="Classes whose pictures are taken for each other would be listed here." />
    ${e.data&&a`<${At} pairs=${s.slice(0,t)} sizes=${Nt(e.data)} />`}
    <${xe} isThere=${s.length>t} total=${s.length} onMore=${()=>n(t+X)} />`}var $i={unknowns:"Unknown",labels:"Labels",duplicates:"Duplicates",confused:"Confused"},_i={unknowns:Lo,labels:No,duplicates:Eo,confused:gi};function Do({part:e}){let t=x(ge);return a`<div class="review">
    <h1>Review</h1>
    <nav class="tabs" aria-label="What to review">${_n.map(n=>a`<a key=${n} href=${kt(n)}
      aria-current=${n===e?"page":void 0}>${$i[n]}${n==="unknowns"&&t!==null&&t>0&&a`<span class="count">${k(t)}</span>`}</a>`)}</nav>
    <${_i[e]} key=${e} />
  </div>`}var Io=[{page:"ask",address:"#/",label:"Ask"},{page:"classes",address:"#/classes",label:"Classes"},{page:"review",address:"#/review",label:"Review"},{page:"map",address:"#/map",label:"Map"},{page:"measures",address:"#/measures",label:"Measures"}];function wi(){let e=x(ke).page,t={classes:x(G)?.length,review:x(ge)||null};return a`<header class="top">
    <a class="brand" href="#/" aria-label="simdb, to the start">simdb</a>
    <nav aria-label="Pages">
      ${Io.map(n=>a`<a key=${n.page} href=${n.address}
        aria-current=${e===n.page||e==="class"&&n.page==="classes"?"page":void 0}>${n.label}${t[n.page]!=null&&a`<span class="count" aria-hidden="true">${k(t[n.page])}</span>`}</a>`)}
    </nav>
    <span class="spring"></span>
    <${vi} />
    <button type="button" class="plain icon" aria-label="Keys" title="Keys (?)" onClick=${()=>Le.set(!0)}>?</button>
  </header>`}function vi(){let e=x(Y),t=e==="live"?"Live":e==="lost"?"Server lost":"Connecting";return a`<span class=${"line "+e} title=${t}><i aria-hidden="true"></i><span>${t}</span></span>`}function yi(){let e=x(Y),t=x(ft),[n,s]=$(!1);return S(()=>{if(e==="lost"&&s(!0),e!=="live"||!n)return;let o=setTimeout(()=>s(!1),3e3);return()=>clearTimeout(o)},[e,n]),e==="lost"?a`<div class="banner lost">
      <p role="alert">${navigator.onLine?"The server can’t be reached.":"This device is offline."}</p>
      <span class="quiet">${t>0?`Next try in ${t} s`:"Trying…"}</span>
      <button type="button" onClick=${ht}>Try now</button>
    </div>`:n&&e==="live"?a`<div class="banner found"><p role="status">The server is back.</p></div>`:null}function ki(){let e=x(Me),[t,n]=$(""),[s,o]=$(!1),r=N(null);return S(()=>r.current.focus(),[]),a`<main class="gate" id="content">
    <h1>simdb</h1>
    <p>Open the address that <code>simdb serve</code> prints, or paste the token that is in the file it names.</p>
    <form onSubmit=${async l=>{l.preventDefault();let c=t.trim();if(c){o(!0),Me.set("");try{if(!/^[\x21-\x7e]+$/.test(c))throw new W(401,"");if((await fetch("/v1/classes",{headers:{Authorization:"Bearer "+c},credentials:"omit"})).status===401)throw new W(401,"");en(c)}catch(f){Me.set(f instanceof W?"This token isn’t right.":"The server can’t be reached."),o(!1),r.current?.focus()}}}}>
      <label for="token">Token</label>
      <input id="token" ref=${r} type="password" autocomplete="off" spellcheck=${!1} value=${t}
        aria-describedby="token-trouble" aria-invalid=${e?"true":void 0}
        onInput=${l=>n(l.currentTarget.value)} />
      <p id="token-trouble" class="trouble" role="alert">${e}</p>
      <button type="submit" class="main" disabled=${s}>Open</button>
    </form>
    <p class="quiet">It stays in this window and is forgotten when the window closes.</p>
  </main>`}var xi=[["Enter","The answer is right: add the picture"],["E","It is another class"],["N","It is a new class"],["U","Undo what was done last"],["J / K","Next or previous picture"],["X","Put the picture aside"],["O","Choose pictures"],["L","Review: the label is right"],["D","Review: delete"],["L / T","Map: lasso; two or three dimensions"],["1 … 5","Ask, Classes, Review, Map, Measures"],["/","Find a class"],["?","This list"]];function Ci(){let e=x(xt);return x(Le)?a`<${ie} title="Keys" onClose=${()=>Le.set(!1)}>
    <dl class="keys">${xi.map(([t,n])=>a`<div key=${t}><dt><kbd>${t}</kbd></dt><dd>${n}</dd></div>`)}</dl>
    <label class="check"><input type="checkbox" checked=${e}
      onChange=${t=>zs(t.currentTarget.checked)} /> Use these keys</label>
    <div class="actions"><button type="button" class="main" onClick=${()=>Le.set(!1)}>Close</button></div>
  <//>`:null}function Ro(){let e=x(q),t=x(ke),[n,s]=$(!1);return S(()=>{let o=r=>s(r.detail);return addEventListener("simdb-drag",o),()=>removeEventListener("simdb-drag",o)},[]),S(()=>{let o=t.page==="class"?"classes":t.page;document.title=`${Io.find(r=>r.page===o).label} · simdb`,scrollTo(0,0)},[t]),e?a`
    <a class="skip" href="#content" onClick=${o=>{o.preventDefault(),document.getElementById("content").focus()}}>To the content</a>
    <${wi} />
    <${yi} />
    <main id="content" tabindex="-1">
      ${t.page==="ask"&&a`<${js} />`}
      ${t.page==="classes"&&a`<${no} />`}
      ${t.page==="review"&&a`<${Do} part=${t.part} />`}
      ${t.page==="map"&&a`<${ro} />`}
      ${t.page==="measures"&&a`<${Po} />`}
      ${t.page==="class"&&a`<${Zs} name=${t.name} />`}
    </main>
    <div class="drop" hidden=${!n} aria-hidden="true"><p>Drop pictures to ask about them</p></div>
    <${ks} />
    <${Ci} />`:a`<${ki} />`}function Oo(e){!q.get()||!e?.length||(re("#/"),gn(e))}function Si(){let e=0,t=s=>s.dataTransfer?.types.includes("Files")??!1,n=s=>dispatchEvent(new CustomEvent("simdb-drag",{detail:s}));addEventListener("dragenter",s=>{t(s)&&++e===1&&n(!0)}),addEventListener("dragleave",s=>{t(s)&&--e<=0&&(e=0,n(!1))}),addEventListener("dragover",s=>{t(s)&&s.preventDefault()}),addEventListener("drop",s=>{e=0,n(!1),t(s)&&(s.preventDefault(),Oo(s.dataTransfer?.files))}),addEventListener("paste",s=>Oo(s.clipboardData?.files))}async function Pi(){await ls();let e=document.getElementById("root");e.replaceChildren(),zn(a`<${Ro} />`,e),Vs(),Si(),document.documentElement.dataset.ready="yes",await hs()}Pi();
