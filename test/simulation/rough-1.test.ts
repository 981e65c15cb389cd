import { playSeeds } from './play-seeds.ts';

playSeeds('rough', 0, 3);
