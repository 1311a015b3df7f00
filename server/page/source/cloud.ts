// The points of the map, drawn with three.js: a bundle of its own, map.js, which only the page "Map" loads.
import {
  BufferAttribute, BufferGeometry, Color, type Camera, DynamicDrawUsage, Matrix4, OrthographicCamera, PerspectiveCamera, Points, Scene,
  ShaderMaterial, WebGLRenderer,
} from 'three';
import { OrbitControls } from 'three/addons/controls/OrbitControls.js';
import { inside, type Place, ScreenGrid } from './screen_grid';

export interface CloudData {
  positions: Float32Array;  // three per point; the largest is 1
  colors: Uint8Array;       // three per point
  shown: Uint8Array;        // per point: 0 hidden, 1 shown, 2 selected
}

// While many points move they are small squares; and where even so a frame takes longer than `slow` ms (software that draws
// without a graphics card), as many of them are left out as it takes, by chance. All are there again when they rest.
const manyPoints = 20_000;
const [quick, slow] = [20, 32];
const leastShare = 0.1;
// In CSS pixels.
const sizeOf = (count: number) => Math.min(11, Math.max(3, 14 - 2.2 * Math.log10(count + 1)));

const vertexShader = `
  attribute float shown;
  uniform float size;
  uniform float depthOfView;
  varying vec3 tint;
  varying float isSelected;
  void main() {
    vec4 at = modelViewMatrix * vec4(position, 1.0);
    gl_Position = shown < 0.5 ? vec4(2.0, 2.0, 2.0, 1.0) : projectionMatrix * at;
    isSelected = step(1.5, shown);
    gl_PointSize = size * (1.0 + 0.5 * isSelected) * (depthOfView > 0.0 ? clamp(depthOfView / -at.z, 0.5, 2.5) : 1.0);
    tint = color;
  }`;
const fragmentShader = `
  uniform vec3 rim;
  uniform vec3 mark;
  varying vec3 tint;
  varying float isSelected;
  void main() {
  #ifdef ROUND
    float r = 2.0 * length(gl_PointCoord - 0.5);
    if (r > 1.0) discard;
    gl_FragColor = vec4(r > 0.72 ? mix(rim, mark, isSelected) : tint, 1.0);
  #else
    gl_FragColor = vec4(mix(tint, mark, isSelected), 1.0);
  #endif
  }`;

const eye = 3.4;  // how far it stands from the middle of the cloud
const turn = 0.12;

// All numbers below `count`, in an order that looks like chance, so that the first of them are a fair sample.
function shuffled(count: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  let seed = 1;
  for (let i = count - 1; i > 0; --i) {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;  // Numerical Recipes' generator
    const other = Math.floor(seed / 2 ** 32 * (i + 1));
    [order[i], order[other]] = [order[other]!, order[i]!];
  }
  return order;
}

export class Cloud {
  private readonly renderer: WebGLRenderer;
  private readonly scene = new Scene();
  private readonly fine: ShaderMaterial;
  private readonly coarse: ShaderMaterial;
  private readonly points: Points;
  private readonly space = new PerspectiveCamera(45, 1, 0.05, 50);
  private readonly plane = new OrthographicCamera(-1, 1, 1, -1, 0.1, 50);
  private readonly spaceControls: OrbitControls;
  private readonly planeControls: OrbitControls;
  private readonly watcher: ResizeObserver;
  private readonly grid = new ScreenGrid();
  private data: CloudData = { positions: new Float32Array(), colors: new Uint8Array(), shown: new Uint8Array() };
  private isFlat = false;
  private pending = 0;
  private resting = 0;
  private frames = 0;
  private share = 1;  // of the points, that are drawn while they move
  private drawnAt = 0;

  // Throws where there is no WebGL.
  constructor(private readonly canvas: HTMLCanvasElement) {
    this.renderer = new WebGLRenderer({ canvas, antialias: false, alpha: true, powerPreference: 'high-performance' });
    const material = (isRound: boolean) => new ShaderMaterial({
      vertexShader, fragmentShader, vertexColors: true, defines: isRound ? { ROUND: '' } : {},
      uniforms: { size: { value: 4 }, depthOfView: { value: 0 }, rim: { value: new Color() }, mark: { value: new Color() } },
    });
    this.fine = material(true);
    this.coarse = material(false);
    this.points = new Points(new BufferGeometry(), this.fine);
    this.points.frustumCulled = false;
    this.scene.add(this.points);
    this.spaceControls = this.control(this.space);
    this.planeControls = this.control(this.plane);
    this.planeControls.enableRotate = false;
    this.planeControls.mouseButtons.LEFT = 2;  // MOUSE.PAN
    this.planeControls.touches.ONE = 1;  // TOUCH.PAN
    this.setFlat(false);
    this.watcher = new ResizeObserver(() => this.resize());
    this.watcher.observe(canvas);
  }

  private control(camera: PerspectiveCamera | OrthographicCamera): OrbitControls {
    const controls = new OrbitControls(camera, this.canvas);
    controls.enableDamping = false;
    controls.zoomToCursor = true;
    controls.minDistance = 0.2;
    controls.maxDistance = 12;
    controls.minZoom = 0.4;
    controls.maxZoom = 60;
    controls.addEventListener('change', () => this.move());
    return controls;
  }

  private get camera(): Camera {
    return this.isFlat ? this.plane : this.space;
  }

  private get controls(): OrbitControls {
    return this.isFlat ? this.planeControls : this.spaceControls;
  }

  set(data: CloudData): void {
    const isSame = data.positions === this.data.positions;
    this.data = data;
    if (isSame) {
      for (const [name, array] of [['color', data.colors], ['shown', data.shown]] as const) {
        const attribute = this.points.geometry.getAttribute(name) as BufferAttribute;
        attribute.array = array;
        attribute.needsUpdate = true;
      }
    } else {
      this.points.geometry.dispose();
      const geometry = this.points.geometry = new BufferGeometry();
      geometry.setAttribute('position', new BufferAttribute(data.positions, 3));
      geometry.setAttribute('color', new BufferAttribute(data.colors, 3, true).setUsage(DynamicDrawUsage));
      geometry.setAttribute('shown', new BufferAttribute(data.shown, 1).setUsage(DynamicDrawUsage));
      geometry.setIndex(new BufferAttribute(shuffled(data.shown.length), 1));
    }
    this.invalidate();
  }

  // `rim` is around each point, `mark` around and in those that are selected.
  theme(rim: string, mark: string): void {
    for (const { uniforms } of [this.fine, this.coarse]) {
      uniforms.rim!.value.setStyle(rim, '');
      uniforms.mark!.value.setStyle(mark, '');
    }
    this.invalidate();
  }

  setFlat(isFlat: boolean): void {
    this.isFlat = isFlat;
    this.points.scale.z = isFlat ? 0 : 1;
    this.spaceControls.enabled = !isFlat;
    this.planeControls.enabled = isFlat;
    this.home();
    this.resize();
  }

  home(): void {
    this.spaceControls.target.set(0, 0, 0);
    this.planeControls.target.set(0, 0, 0);
    this.space.position.set(0.55, 0.45, 1).normalize().multiplyScalar(eye);
    this.plane.position.set(0, 0, 5);
    this.plane.zoom = 1;
    this.plane.updateProjectionMatrix();
    this.controls.update();
    this.move();
  }

  // Turns the cloud, or moves it where it is flat, by steps to the right and upwards.
  step(right: number, up: number): void {
    if (this.isFlat) {
      const by = 0.15 / this.plane.zoom;
      for (const at of [this.plane.position, this.planeControls.target]) at.add({ x: -right * by, y: -up * by, z: 0 });
    } else {
      const offset = this.space.position.clone().sub(this.spaceControls.target);
      offset.applyAxisAngle(this.space.up, -right * turn);
      const side = offset.clone().cross(this.space.up).normalize();
      const tilted = offset.clone().applyAxisAngle(side, up * turn);
      // Not over the pole, where left becomes right.
      if (Math.abs(tilted.clone().normalize().dot(this.space.up)) < 0.995) offset.copy(tilted);
      this.space.position.copy(this.spaceControls.target).add(offset);
    }
    this.controls.update();
    this.move();
  }

  zoom(factor: number): void {
    if (this.isFlat) {
      this.plane.zoom = Math.min(60, Math.max(0.4, this.plane.zoom * factor));
      this.plane.updateProjectionMatrix();
    } else {
      const { target } = this.spaceControls;
      this.space.position.sub(target).multiplyScalar(1 / factor).add(target);
    }
    this.controls.update();
    this.move();
  }

  private resize(): void {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (width === 0 || height === 0) return;
    this.renderer.setPixelRatio(Math.min(devicePixelRatio, 2));
    this.renderer.setSize(width, height, false);
    const ratio = width / height;
    this.space.aspect = ratio;
    // A narrow canvas shows the whole cloud too.
    this.space.fov = ratio >= 1 ? 45 : 2 * Math.atan(Math.tan(22.5 * Math.PI / 180) / ratio) * 180 / Math.PI;
    this.space.updateProjectionMatrix();
    const half = 1.08 * Math.max(1, 1 / ratio);
    [this.plane.top, this.plane.bottom, this.plane.left, this.plane.right] = [half, -half, -half * ratio, half * ratio];
    this.plane.updateProjectionMatrix();
    this.invalidate();
  }

  private move(): void {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => {
      this.resting = 0;
      this.invalidate();
    }, 160);
    this.invalidate();
  }

  private invalidate(): void {
    this.grid.forget();
    this.pending ||= requestAnimationFrame(() => {
      this.pending = 0;
      this.draw();
    });
  }

  private draw(): void {
    const count = this.data.shown.length;
    const isCoarse = this.resting !== 0 && count > manyPoints;
    this.points.material = isCoarse ? this.coarse : this.fine;
    this.points.geometry.setDrawRange(0, isCoarse ? Math.ceil(count * this.adapt()) : Infinity);
    const { uniforms } = this.points.material as ShaderMaterial;
    uniforms.size!.value = sizeOf(count) * (isCoarse ? 0.6 : 1) * this.renderer.getPixelRatio() *
      (this.isFlat ? Math.min(2.2, this.plane.zoom ** 0.35) : 1);
    uniforms.depthOfView!.value = this.isFlat ? 0 : eye;
    this.renderer.render(this.scene, this.camera);
    this.canvas.dataset.frames = String(++this.frames);
  }

  // The share of the points that a frame has time for, by how long the last one took.
  private adapt(): number {
    const now = performance.now();
    const took = now - this.drawnAt;
    this.drawnAt = now;
    if (took > slow && took < 500) this.share = Math.max(leastShare, this.share * Math.max(0.6, slow / took));
    else if (took < quick) this.share = Math.min(1, this.share * 1.05);
    return this.share;
  }

  // Where all points are on the canvas, in CSS pixels; found once for each view.
  private places(): ScreenGrid {
    if (this.grid.isReady) return this.grid;
    this.camera.updateMatrixWorld();
    this.points.updateMatrixWorld();
    const matrix = new Matrix4().multiplyMatrices(this.camera.projectionMatrix, this.camera.matrixWorldInverse)
      .multiply(this.points.matrixWorld);
    this.grid.fill(this.data.positions, this.data.shown, matrix.elements, this.canvas.clientWidth, this.canvas.clientHeight);
    return this.grid;
  }

  // The point at a place of the canvas, or -1.
  at(x: number, y: number): number {
    return this.places().nearest(x, y);
  }

  // The points that are shown inside a line drawn on the canvas.
  within(line: Place[]): number[] {
    return inside(this.places(), line);
  }

  // Where a point is on the canvas.
  placeOf(index: number): Place {
    return this.places().placeOf(index);
  }

  close(): void {
    cancelAnimationFrame(this.pending);
    clearTimeout(this.resting);
    this.watcher.disconnect();
    this.spaceControls.dispose();
    this.planeControls.dispose();
    this.points.geometry.dispose();
    this.fine.dispose();
    this.coarse.dispose();
    this.renderer.dispose();
  }
}
