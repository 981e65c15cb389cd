import { playSeeds } from './play-seeds.ts';

playSeeds('storm', 0, 1);
