import * as m from "../../graph/math.ts";
import type { Term } from "../../graph/term.ts";
import { chebyshev } from "../elementwise/chebyshev.ts";
import { unary } from "../elementwise/operands.ts";

/** Ai of -4 ≤ x ≤ 2, in Chebyshev polynomials of (x + 1) / 3. */
const middle = (): number[] => [
  0.06078525685079726, 0.18996030881729123, -0.250924387032336, -0.09512014013503055, 0.20236324198370076,
  -0.06418728306305249, -0.026814703186039963, 0.024051904281273857, -0.00413259164974895, -0.0020196817905494225,
  0.0011250768750654559, -0.00011697538709676606, -7.125499253060682e-5, 2.8167833107042442e-5, -1.7594742389691562e-6,
  -1.4587201524168717e-6, 4.388747958436033e-7, -1.4627095866197506e-8, -1.9495992841846798e-8, 4.660552774163884e-9,
  -5.106245117904234e-11, -1.8343326708789198e-10, 3.5857642041278925e-11, 2.658241327479573e-13,
  -1.2805447574198059e-12, 2.0885896604502407e-13, 4.8741837202287105e-15, -6.895080927885035e-15, 9.51965014570017e-16,
  3.5978991422145034e-17, -2.9502705833721254e-17, 3.483989442459416e-18,
];
/** 2 √π x^¼ e^ζ Ai(x) of x ≥ 2, ζ = ⅔ x^³⁄₂, of the quotient of ζ(2) and ζ. */
const right = (): number[] => [
  0.9844053049171552, -0.014792784850104199, 0.0007327177465426715, -6.12595423417825e-5, 6.83476697557269e-6,
  -9.237229735403982e-7, 1.436225340438052e-7, -2.489319422322096e-8, 4.709793440054328e-9, -9.583863708112733e-10,
  2.0745855483677591e-10, -4.737267332192277e-11, 1.1336099808224236e-11, -2.827706782319351e-12, 7.320712095125598e-13,
  -1.9599793911089723e-13, 5.4101162570683925e-14, -1.5356466802223836e-14, 4.472340393300025e-15,
  -1.3338094674756683e-15, 4.066582046456231e-16, -1.265583225645289e-16, 4.015126334015871e-17,
  -1.2969972135960937e-17, 4.2613499074124e-18,
];
/** P and Q (times ζ / ζ(4)) of x ≤ -4, as DLMF 9.7.9 has them, of the square of the quotient of ζ(4) and ζ. */
const leftP = (): number[] => [
  0.9993708890742778, -0.0006216836584374116, 7.181193774368645e-6, -2.316269813501758e-7, 1.3216283888528755e-8,
  -1.0938736172758127e-9, 1.1794620737908535e-10, -1.5518841909929856e-11, 2.386927411492466e-12, -4.16552889201035e-13,
  8.071678110741467e-14, -1.708757321110567e-14, 3.902945148540815e-15, -9.523976784907064e-16, 2.4632810885752603e-16,
  -6.709077463464858e-17, 1.913939683718707e-17, -5.69308436211377e-18,
];
const leftQ = (): number[] => [
  0.012904069793077502, -0.00011417159701561301, 2.47015331514187e-6, -1.1276384836703058e-7, 8.114132516809686e-9,
  -7.96449699929011e-10, 9.810535081564676e-11, -1.438554557834067e-11, 2.4232142723810082e-12, -4.572243294578044e-13,
  9.485713571010158e-14, -2.1334713360480614e-14, 5.145258245310423e-15, -1.3189653961186086e-15,
  3.5685214438497966e-16, -1.0130701015142451e-16, 3.003133317484731e-17, -9.257863950661513e-18, 2.957519212083966e-18,
  -9.761492965947109e-19, 3.320022740137531e-19, -1.160938053896864e-19, 4.1652997841450805e-20,
];

const zetaOf = (x: number): number => (2 / 3) * x ** 1.5;

function ai(input: Term): Term {
  const x = m.toFloat(input);
  const central = chebyshev(m.div(m.add(m.minimum(m.maximum(x, -4), 2), 1), 3), middle());
  const large = m.maximum(x, 2);
  const phase = (size: Term): Term => m.mul(m.mul(size, m.sqrt(size)), 2 / 3);
  const zeta = phase(large);
  const decay = chebyshev(m.sub(m.div(2 * zetaOf(2), zeta), 1), right());
  const beyond = m.div(m.mul(m.exp(m.neg(zeta)), decay), m.mul(m.sqrt(m.sqrt(large)), 2 * Math.sqrt(Math.PI)));
  const size = m.maximum(m.neg(x), 4);
  const angle = phase(size);
  const r = m.div(zetaOf(4), angle);
  const y = m.sub(m.mul(m.mul(r, r), 2), 1);
  // √2 times those of ζ + π/4.
  const sine = m.add(m.sin(angle), m.cos(angle));
  const cosine = m.sub(m.cos(angle), m.sin(angle));
  const wave = m.sub(m.mul(chebyshev(y, leftP()), sine), m.mul(m.mul(r, chebyshev(y, leftQ())), cosine));
  const below = m.div(m.mul(wave, Math.sqrt(0.5 / Math.PI)), m.sqrt(m.sqrt(size)));
  const value = m.where(m.gt(x, 2), beyond, m.where(m.lt(x, -4), below, central));
  return m.where(m.isInfinite(x), Number.NaN, value);
}

/** Airy's function Ai. NaN at infinities. */
export const airyAi = unary("special_airy_ai", ai);
